package dev.incumbent.embedded.raft;

/** A request to a cluster that got no reply. The cluster never repeats one by itself. */
public sealed class RaftException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private RaftException(String message) {
        super(message);
    }

    /**
     * The request certainly took no effect and never will: no leader is known, the node is down, the leader refused it or lost its
     * office before it was committed. Reads never have an effect, so they fail with nothing else.
     */
    public static final class Unavailable extends RaftException {
        private static final long serialVersionUID = 1L;

        /**
         * Says why.
         *
         * @param message what was missing
         */
        public Unavailable(String message) {
            super(message);
        }
    }

    /** The request may have taken effect, or may yet: its reply was lost, or leadership changed, or time ran out. */
    public static final class Indeterminate extends RaftException {
        private static final long serialVersionUID = 1L;

        /**
         * Says why.
         *
         * @param message what was seen
         */
        public Indeterminate(String message) {
            super(message);
        }
    }
}
