package dev.incumbent.election;

import org.jspecify.annotations.Nullable;

/** The leadership is not, or no longer, valid. */
public final class LeadershipLostException extends ElectionException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param message what happened, why, and what to do
     * @param cause the error behind it, if there is one
     */
    public LeadershipLostException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
