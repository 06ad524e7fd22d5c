package dev.incumbent.election;

import org.jspecify.annotations.Nullable;

/** The reply to a change was lost: it may or may not have taken effect. */
public final class IndeterminateException extends ElectionException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param message what happened, why, and what to do
     * @param cause the error behind it, if there is one
     */
    public IndeterminateException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
