package dev.incumbent.embedded.raft;

/**
 * A command that somebody waits for.
 *
 * @param <R> its reply
 */
final class Submission<R> extends Request<R> {

    private final byte[] command;
    private int term;

    Submission(long number, long deadline, byte[] command) {
        super(number, deadline, RaftException.Indeterminate::new);
        this.command = command;
    }

    byte[] command() {
        return command;
    }

    /** The only term that it can enter the log in. On the node's thread. */
    int term() {
        return term;
    }

    boolean send(int inTerm) {
        term = inTerm;
        return send();
    }
}
