package dev.incumbent.election.internal.machine;

import dev.incumbent.election.Generation;
import org.jspecify.annotations.Nullable;

/**
 * What a session machine knows. Immutable.
 *
 * @param phase where it stands
 * @param lease the newest lease; null without a session
 * @param generation the newest generation record seen; null before the first session
 * @param failures failed attempts in a row, of opening or of renewing
 * @param renewing whether a renewal is under way
 * @param expiryAnnounced whether the present lease's end was announced
 * @param renewAt when to renew or open next, in monotonic nanoseconds
 * @param trouble what is wrong, for people; empty if nothing
 */
public record SessionState(
        SessionPhase phase,
        @Nullable Lease lease,
        @Nullable Generation generation,
        int failures,
        boolean renewing,
        boolean expiryAnnounced,
        long renewAt,
        String trouble) {

    /**
     * The state before {@link SessionEvent.Start}.
     *
     * @return the state
     */
    public static SessionState initial() {
        return new SessionState(SessionPhase.BACKING_OFF, null, null, 0, false, false, 0, "not connected yet");
    }
}
