package dev.incumbent.fencing;

import org.jspecify.annotations.Nullable;

/** Why a guard did not let a token pass; nothing was read, written or sealed. */
public sealed interface Refusal {

    /** Says in one sentence what is wrong and, where there is something to do, what. */
    String explain();

    /**
     * Somebody newer has sealed the resource: the token's leadership is over.
     *
     * @param highest the token that the store knows; null for guards that keep no mark and cannot name it
     */
    record Stale(@Nullable FencingToken highest) implements Refusal {
        @Override
        public String explain() {
            return "the token is stale: "
                    + (highest == null ? "its entry stands no longer" : "the resource was sealed by " + highest);
        }
    }

    /**
     * The token is newer than the mark, or there is no mark: it has to seal the resource before it reads or writes.
     *
     * @param mark the older token that sealed the resource, or null if nobody has
     */
    record Unsealed(@Nullable FencingToken mark) implements Refusal {
        @Override
        public String explain() {
            return "the token has not sealed this resource ("
                    + (mark == null ? "nobody has" : "the mark is the older " + mark)
                    + "); open it first. If it was opened, the store has lost the mark, as a restored backup does";
        }
    }

    /** No token was presented, and a guarded resource takes no access without one. */
    record Missing() implements Refusal {
        @Override
        public String explain() {
            return "no token was presented, and a fenced resource takes no access without one";
        }
    }

    /**
     * The token was counted elsewhere, by another authority or in another election, and cannot be compared.
     *
     * @param mark the token that sealed the resource, or null if there is none to name
     */
    record Foreign(@Nullable FencingToken mark) implements Refusal {
        @Override
        public String explain() {
            return "the token was counted by another authority or in another election"
                    + (mark == null ? "" : " than the mark " + mark)
                    + "; a rebuilt coordinator has to carry its old authority over";
        }
    }

    /**
     * The token's generation lies too far in the future to be one that an operator raised: sealed, it would lock
     * everybody out for as long.
     *
     * @param generation the token's
     * @param limit the greatest generation that the guard accepts at present, in seconds of the Unix epoch
     */
    record Implausible(long generation, long limit) implements Refusal {
        @Override
        public String explain() {
            return "generation " + generation + " is beyond " + limit
                    + ", the greatest that is plausible by this store's clock";
        }
    }
}
