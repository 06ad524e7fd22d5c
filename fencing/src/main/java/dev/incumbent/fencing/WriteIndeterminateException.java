package dev.incumbent.fencing;

/**
 * The guarded store did not say whether it committed: the change may or may not have been made.
 *
 * <p>Sealing again is safe. Writing again repeats the work if it did land, so pair it with an idempotency key; and if
 * the second try is refused as stale, the first may have landed before somebody took over.
 */
public final class WriteIndeterminateException extends FencingException {

    private static final long serialVersionUID = 1L;

    /** Says what the store left open, and why. */
    public WriteIndeterminateException(String message, Throwable cause) {
        super(message, cause);
    }
}
