package dev.incumbent.election;

import org.jspecify.annotations.Nullable;

/** This client stands in this election already; one candidacy per client and election. */
public final class CandidacyExistsException extends ElectionException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param message what happened, why, and what to do
     * @param cause the error behind it, if there is one
     */
    public CandidacyExistsException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
