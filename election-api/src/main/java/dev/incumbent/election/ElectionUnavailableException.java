package dev.incumbent.election;

import org.jspecify.annotations.Nullable;

/** The coordinator did not answer, or not in time; nothing was changed by the call. */
public final class ElectionUnavailableException extends ElectionException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param message what happened, why, and what to do
     * @param cause the error behind it, if there is one
     */
    public ElectionUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
