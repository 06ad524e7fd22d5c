package dev.incumbent.election;

/** Settings that cannot keep the guarantees together; the message shows the numbers. */
public final class ElectionConfigException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param message which relation does not hold, with the numbers and what to change
     */
    public ElectionConfigException(String message) {
        super(message);
    }
}
