package dev.incumbent.embedded.consul.internal.store;

import java.util.List;

/** What is written to the log. */
public sealed interface Command {

    /**
     * Operations on keys: all or none.
     *
     * @param operations at least one
     * @param delaysSeen {@link ConsulMachine#delaysIndex} when the leader looked whether locks are delayed; of no account
     *     unless something is to be locked
     */
    record Txn(List<KvOp> operations, long delaysSeen) implements Command {
        /** Copies the list. */
        public Txn {
            operations = List.copyOf(operations);
        }
    }

    /** Creates a session; its index is yet to come. */
    record CreateSession(Session session) implements Command {}

    /** Ends a session that a client is done with. */
    record DestroySession(String id) implements Command {}

    /**
     * Ends sessions whose time is up.
     *
     * @param term in which the leader decided so; of no effect in any other
     * @param ids of the sessions
     */
    record ExpireSessions(long term, List<String> ids) implements Command {
        /** Copies the list. */
        public ExpireSessions {
            ids = List.copyOf(ids);
        }
    }

    /** Forgets tombstones up to an index. */
    record ReapTombstones(long upTo) implements Command {}

    /** Registers a node, or records its health; a node whose check fails takes sessions with it. */
    record RegisterNode(Node node) implements Command {}
}
