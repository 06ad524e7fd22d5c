package dev.incumbent.embedded.consul.internal.store;

import java.util.List;

/** What the machine answers. Immutable. */
public sealed interface Reply {

    /**
     * A Txn was carried out.
     *
     * @param results what its operations gave, in order
     */
    record Results(List<Result> results) implements Reply {
        /** Copies the list. */
        public Results {
            results = List.copyOf(results);
        }
    }

    /**
     * An entry that an operation gave.
     *
     * @param entry the entry
     * @param withValue whether the value is told; writes and checks give only the rest
     */
    record Result(Entry entry, boolean withValue) {}

    /**
     * A Txn was not carried out, and nothing was changed.
     *
     * @param errors at least one
     */
    record Errors(List<OpError> errors) implements Reply {
        /** Copies the list. */
        public Errors {
            errors = List.copyOf(errors);
        }
    }

    /**
     * What was wrong with one operation.
     *
     * @param operation its place in the Txn, from 0 on
     * @param condition whether the operation's own condition did not hold: a single request answers "false" then
     * @param what in Consul's words
     */
    record OpError(int operation, boolean condition, String what) {}

    /** Done. */
    record Done() implements Reply {}

    /**
     * Nothing was changed.
     *
     * @param what why, in Consul's words
     */
    record Refused(String what) implements Reply {}

    /** A session ended while the lock was under way: whether it is delayed has to be looked at anew. Nothing was changed. */
    record LookAgain() implements Reply {}
}
