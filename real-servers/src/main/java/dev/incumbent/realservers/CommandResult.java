package dev.incumbent.realservers;

/**
 * What a program that has ended left behind.
 *
 * @param exit its exit code; 128 + n if signal n ended it
 * @param out all of its standard output
 * @param err all of its standard error
 */
public record CommandResult(int exit, String out, String err) {

    /** Whether it ended with 0. */
    public boolean succeeded() {
        return exit == 0;
    }

    /**
     * Its standard output without the last line break.
     *
     * @throws RealServerException if it did not end with 0
     */
    public String output() {
        if (!succeeded()) {
            throw new RealServerException("Expected success of " + this);
        }
        return out.stripTrailing();
    }
}
