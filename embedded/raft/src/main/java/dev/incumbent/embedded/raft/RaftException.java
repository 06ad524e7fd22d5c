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
    public static sealed class Unavailable extends RaftException permits Overloaded {
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

    /** The leader has more commands that are not committed than it wants to hold: one more took no effect, and others would fare no better. */
    public static final class Overloaded extends Unavailable {
        private static final long serialVersionUID = 1L;

        /**
         * Says why.
         *
         * @param message who had too much
         */
        public Overloaded(String message) {
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
