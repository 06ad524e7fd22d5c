package dev.incumbent.election;

import dev.incumbent.fencing.FencingToken;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * One candidate as the coordinator shows it to others.
 *
 * @param id the name the candidate published; for a member that uses a coordinator's native recipe, what that recipe
 *     stores as its identity
 * @param token the token that its entry carries: the one it leads with, or would lead with
 * @param payload what the candidate published, empty if nothing; copied on the way in and out
 */
@SuppressWarnings("ArrayRecordComponent") // copied on the way in and out, and compared by content
public record CandidateInfo(CandidateId id, FencingToken token, byte[] payload) {

    /** Copies the payload. */
    public CandidateInfo {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(token, "token");
        payload = payload.clone();
    }

    @Override
    public byte[] payload() {
        return payload.clone();
    }

    /**
     * The payload read as UTF-8.
     *
     * @return the text; malformed input is replaced, never thrown at
     */
    public String payloadText() {
        return new String(payload, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CandidateInfo that
                && id.equals(that.id)
                && token.equals(that.token)
                && Arrays.equals(payload, that.payload);
    }

    @Override
    public int hashCode() {
        return Objects.hash(id, token) * 31 + Arrays.hashCode(payload);
    }

    /** Leaves the payload's content out: it may be secret, and logs are not. */
    @Override
    public String toString() {
        return "CandidateInfo[" + id + ", " + token + ", " + payload.length + " bytes of payload]";
    }
}
