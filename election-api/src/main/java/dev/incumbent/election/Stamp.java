package dev.incumbent.election;

/**
 * One instant on both clocks of this process.
 *
 * <p>Leases count from the stamp taken <em>before</em> the request was sent: the coordinator cannot have counted from
 * any earlier moment, whatever the network did to the reply (C. Gray and D. Cheriton, "Leases", SOSP 1989).
 *
 * @param nanos monotonic reading in nanoseconds; comparable within this process only, by subtraction
 * @param wallMillis wall-clock reading in milliseconds since the Unix epoch
 */
public record Stamp(long nanos, long wallMillis) {

    /**
     * How far the wall clock is ahead of the monotonic one; it stays the same while neither leaps.
     *
     * @return the difference in milliseconds, from an arbitrary origin
     */
    public long wallOffsetMillis() {
        return wallMillis - nanos / 1_000_000;
    }

    /**
     * Monotonic time that passed between another stamp and this one.
     *
     * @param earlier the other stamp, of the same process
     * @return nanoseconds, negative if the other stamp is the later one
     */
    public long nanosSince(Stamp earlier) {
        return nanos - earlier.nanos;
    }
}
