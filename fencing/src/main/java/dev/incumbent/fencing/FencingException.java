package dev.incumbent.fencing;

/** The common type of everything that fencing throws on its own account. */
public abstract class FencingException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Names what was refused or failed. */
    protected FencingException(String message) {
        super(message);
    }

    /** Names what failed, and why. */
    protected FencingException(String message, Throwable cause) {
        super(message, cause);
    }
}
