package dev.incumbent.fencing;

/** The common type of everything that fencing throws on its own account. */
public abstract class FencingException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    FencingException(String message) {
        super(message);
    }

    FencingException(String message, Throwable cause) {
        super(message, cause);
    }
}
