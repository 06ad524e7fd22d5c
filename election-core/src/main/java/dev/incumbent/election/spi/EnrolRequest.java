package dev.incumbent.election.spi;

import dev.incumbent.election.CandidateId;
import dev.incumbent.election.Generation;
import java.util.Objects;
import java.util.UUID;

/**
 * Asks for a place in a queue.
 *
 * @param election the election's name as the application wrote it; the adapter encodes it
 * @param session the session that is to own the entry
 * @param attempt the identity of this attempt, under which a lost reply is looked up; never used for two attempts
 * @param candidate what others see as the candidate's name
 * @param payload what others see beside it; the array must not be changed
 * @param generation the generation to compare in the same atomic step
 */
@SuppressWarnings("ArrayRecordComponent") // internal hand-over, never compared
public record EnrolRequest(
        String election,
        SessionId session,
        UUID attempt,
        CandidateId candidate,
        byte[] payload,
        Generation generation) {

    /** Checks the parts. */
    public EnrolRequest {
        Objects.requireNonNull(election, "election");
        Objects.requireNonNull(session, "session");
        Objects.requireNonNull(attempt, "attempt");
        Objects.requireNonNull(candidate, "candidate");
        Objects.requireNonNull(payload, "payload");
        Objects.requireNonNull(generation, "generation");
    }
}
