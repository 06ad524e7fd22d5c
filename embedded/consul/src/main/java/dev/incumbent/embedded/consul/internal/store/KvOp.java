package dev.incumbent.embedded.consul.internal.store;

/**
 * One operation on a key, as a Txn has it; single requests are Txns of one.
 *
 * @param verb what to do, in Consul's words: set, cas, lock, unlock, get, get-tree, check-index, check-session,
 *     check-not-exists, delete, delete-cas, delete-tree. Any other is answered with an error
 * @param key the key, or the prefix of a tree
 * @param value what to write
 * @param flags what to write beside it
 * @param session whose lock
 * @param index the modify index that is expected; 0 where the key must not exist
 */
public record KvOp(String verb, String key, String value, long flags, String session, long index) {

    /** An operation that needs nothing but a key. */
    public static KvOp of(String verb, String key) {
        return new KvOp(verb, key, "", 0, "", 0);
    }

    /** Whether it has to go through the log. Verbs that are not known do not, as with Consul. */
    public boolean writes() {
        return switch (verb) {
            case "set", "cas", "lock", "unlock", "delete", "delete-cas", "delete-tree" -> true;
            default -> false;
        };
    }

    /** Whether it takes a lock, which a lock-delay may forbid. */
    public boolean locks() {
        return verb.equals("lock");
    }
}
