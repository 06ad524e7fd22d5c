package dev.incumbent.election.internal.machine;

import dev.incumbent.election.Stamp;
import dev.incumbent.election.spi.Renewal;
import dev.incumbent.election.spi.SessionId;
import org.jspecify.annotations.Nullable;

/**
 * Until when this process may count on its session.
 *
 * <p>{@code deadline = countedFrom + ttl x (1 - rate error) - margin}, counted from before the request was sent. The wall
 * clock's offset from the monotonic clock at that instant is kept, too: a machine that was suspended shows a larger one
 * afterwards, and its monotonic clock cannot be believed until a later renewal was confirmed.
 *
 * @param session the session
 * @param countedFrom the instant the newest renewal counts from
 * @param deadlineNanos when it ends, in monotonic nanoseconds
 * @param leaps how many leaps of a clock lie between the session's opening and {@code countedFrom}
 * @param toleranceMillis by how much the clocks may drift apart unnoticed
 */
public record Lease(SessionId session, Stamp countedFrom, long deadlineNanos, int leaps, long toleranceMillis) {

    /**
     * The lease that a renewal gives.
     *
     * @param session the session renewed
     * @param renewal what it proves
     * @param previous the lease before it, of the same session
     * @param timing margins
     * @return the lease that ends later, with the leaps between both counted
     */
    static Lease after(SessionId session, Renewal renewal, @Nullable Lease previous, Timing timing) {
        Stamp from = renewal.countedFrom();
        long deadline = from.nanos() + timing.usable(renewal.ttl().toNanos());
        if (previous == null) {
            return new Lease(session, from, deadline, 0, timing.leapToleranceMillis());
        }
        if (from.nanosSince(previous.countedFrom) <= 0) {
            return previous;
        }
        if (previous.leapt(from.nanos(), from.wallMillis())) {
            // The old deadline was counted on a clock that stood still meanwhile: it says nothing any more.
            return new Lease(session, from, deadline, previous.leaps + 1, previous.toleranceMillis);
        }
        // A coordinator that grants less than before cannot take back what it granted then.
        long later = deadline - previous.deadlineNanos >= 0 ? deadline : previous.deadlineNanos;
        return new Lease(session, from, later, previous.leaps, previous.toleranceMillis);
    }

    /**
     * Whether the session can be counted on at an instant.
     *
     * @param nanos monotonic clock
     * @param wallMillis wall clock
     * @return true before the deadline with no leap since {@code countedFrom}
     */
    public boolean covers(long nanos, long wallMillis) {
        return nanos - deadlineNanos < 0 && !leapt(nanos, wallMillis);
    }

    /**
     * Whether a clock leapt since {@code countedFrom}, in either direction: a wall clock that stepped back would hide a
     * later suspend of the same length.
     *
     * @param nanos monotonic clock
     * @param wallMillis wall clock
     * @return true if the offset between both changed by more than the tolerance
     */
    public boolean leapt(long nanos, long wallMillis) {
        long offset = wallMillis - nanos / 1_000_000;
        return Math.abs(offset - countedFrom.wallOffsetMillis()) > toleranceMillis;
    }

    boolean covers(Stamp now) {
        return covers(now.nanos(), now.wallMillis());
    }

    boolean overAt(Stamp now) {
        return now.nanos() - deadlineNanos >= 0;
    }
}
