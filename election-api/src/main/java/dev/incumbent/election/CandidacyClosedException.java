package dev.incumbent.election;

import org.jspecify.annotations.Nullable;

/** The candidacy ended before it led, or before the call could be carried out. */
public final class CandidacyClosedException extends ElectionException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param message what happened, why, and what to do
     * @param cause the error behind it, if there is one
     */
    public CandidacyClosedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
