package dev.incumbent.election;

import org.jspecify.annotations.Nullable;

/** The base of what this library throws: something is unavailable, indeterminate or misused. */
public class ElectionException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param message what happened, why, and what to do; names election, candidate and backend where known
     * @param cause the backend's own error, if there is one
     */
    public ElectionException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
