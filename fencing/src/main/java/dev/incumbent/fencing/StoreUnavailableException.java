package dev.incumbent.fencing;

/** The guarded store failed, and nothing was committed; trying again is safe. */
public class StoreUnavailableException extends FencingException {

    private static final long serialVersionUID = 1L;

    /** Says which store failed at what, and why. */
    public StoreUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
