package dev.incumbent.embedded.consul.internal.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Carries out the operations of one Txn on the table, one after the other, each on what those before it left. All are run, so
 * that each that fails can be named, as with Consul; what is left of them then has to be taken back.
 */
final class Transaction {

    private final KeyTable keys;
    private final Function<String, @Nullable Session> sessions;
    private final long index;
    private final List<Reply.Result> results = new ArrayList<>();
    private final List<Reply.OpError> errors = new ArrayList<>();

    /**
     * At one place in the log.
     *
     * @param index where; of no account for operations that only read
     */
    Transaction(KeyTable keys, Function<String, @Nullable Session> sessions, long index) {
        this.keys = keys;
        this.sessions = sessions;
        this.index = index;
    }

    private static final class Failed extends Exception {
        private final boolean condition;
        private final String what;

        Failed(boolean condition, String what) {
            super(what, null, false, false);
            this.condition = condition;
            this.what = what;
        }
    }

    private static Failed stale(String what) {
        return new Failed(true, what);
    }

    private static Failed wrong(String what) {
        return new Failed(false, what);
    }

    Reply run(List<KvOp> operations) {
        for (int i = 0; i < operations.size(); i++) {
            try {
                run(operations.get(i));
            } catch (Failed failed) {
                errors.add(new Reply.OpError(i, failed.condition, failed.what));
            }
        }
        return errors.isEmpty() ? new Reply.Results(results) : new Reply.Errors(errors);
    }

    private void run(KvOp op) throws Failed {
        switch (op.verb()) {
            case "set" -> give(set(op), false);
            case "cas" -> give(cas(op), false);
            case "lock" -> give(lock(op), false);
            case "unlock" -> give(unlock(op), false);
            case "get" -> give(existing(op, "key " + quote(op.key()) + " doesn't exist"), true);
            case "get-tree" -> keys.tree(op.key()).forEach(entry -> give(entry, true));
            case "check-index" -> give(checkIndex(op), false);
            case "check-session" -> give(checkSession(op), false);
            case "check-not-exists" -> checkNotExists(op);
            case "delete" -> keys.delete(op.key(), index);
            case "delete-cas" -> deleteCas(op);
            case "delete-tree" -> keys.deleteTree(op.key(), index);
            default -> throw wrong("unknown KV verb " + quote(op.verb()));
        }
    }

    private void give(Entry entry, boolean withValue) {
        results.add(new Reply.Result(entry, withValue));
    }

    /** A plain write keeps the lock, but resets how often it was taken: so does Consul. */
    private Entry set(KvOp op) {
        Entry before = keys.get(op.key());
        return write(op, before == null ? "" : before.session(), 0, before);
    }

    private Entry write(KvOp op, String session, long lockIndex, @Nullable Entry before) {
        Entry after = new Entry(
                op.key(),
                op.value(),
                op.flags(),
                session,
                lockIndex,
                before == null ? index : before.createIndex(),
                index);
        if (before != null && before.holdsTheSameAs(after)) {
            return before;
        }
        keys.put(after);
        return after;
    }

    private Entry cas(KvOp op) throws Failed {
        Entry before = keys.get(op.key());
        long modified = before == null ? 0 : before.modifyIndex();
        if (modified != op.index()) {
            throw stale("failed to set key " + quote(op.key()) + ", index is stale");
        }
        return set(op);
    }

    private Entry lock(KvOp op) throws Failed {
        if (op.session().isEmpty()) {
            throw wrong("missing session");
        }
        Optional<String> malformed = Uuids.problem(op.session());
        if (malformed.isPresent()) {
            throw wrong(malformed.get());
        }
        if (sessions.apply(op.session()) == null) {
            throw wrong("invalid session " + quote(op.session()));
        }
        Entry before = keys.get(op.key());
        if (before == null) {
            return write(op, op.session(), 1, null);
        }
        if (before.session().equals(op.session())) {
            return write(op, op.session(), before.lockIndex(), before);
        }
        if (!before.session().isEmpty()) {
            throw stale("failed to lock key " + quote(op.key()) + ", lock is already held");
        }
        return write(op, op.session(), before.lockIndex() + 1, before);
    }

    private Entry unlock(KvOp op) throws Failed {
        if (op.session().isEmpty()) {
            throw wrong("missing session");
        }
        Entry before = keys.get(op.key());
        if (before == null || !before.session().equals(op.session())) {
            throw stale("failed to unlock key " + quote(op.key()) + ", lock isn't held, or is held by another session");
        }
        return write(op, "", before.lockIndex(), before);
    }

    private Entry checkIndex(KvOp op) throws Failed {
        Entry entry = existing(op, "failed to check index, key " + quote(op.key()) + " doesn't exist");
        if (entry.modifyIndex() != op.index()) {
            throw stale("failed index check for key " + quote(op.key()) + ", current modify index "
                    + Long.toUnsignedString(entry.modifyIndex()) + " != " + Long.toUnsignedString(op.index()));
        }
        return entry;
    }

    private Entry checkSession(KvOp op) throws Failed {
        Entry entry = existing(op, "failed to check session, key " + quote(op.key()) + " doesn't exist");
        if (!entry.session().equals(op.session())) {
            throw stale("failed session check for key " + quote(op.key()) + ", current session "
                    + quote(entry.session()) + " != " + quote(op.session()));
        }
        return entry;
    }

    private void checkNotExists(KvOp op) throws Failed {
        if (keys.get(op.key()) != null) {
            throw stale("key " + quote(op.key()) + " exists");
        }
    }

    private Entry existing(KvOp op, String otherwise) throws Failed {
        Entry entry = keys.get(op.key());
        if (entry == null) {
            throw stale(otherwise);
        }
        return entry;
    }

    /** What does not exist counts as deleted, whatever index was expected: so does Consul. */
    private void deleteCas(KvOp op) throws Failed {
        Entry before = keys.get(op.key());
        if (before != null && before.modifyIndex() != op.index()) {
            throw stale("failed to delete key " + quote(op.key()) + ", index is stale");
        }
        keys.delete(op.key(), index);
    }

    private static String quote(String bytes) {
        return GoText.quote(bytes);
    }
}
