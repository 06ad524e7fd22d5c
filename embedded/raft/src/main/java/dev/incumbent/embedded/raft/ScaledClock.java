package dev.incumbent.embedded.raft;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;

/**
 * MicroRaft's time, which runs faster than ours: its heartbeats are whole seconds, and one of its seconds is our heartbeat.
 * Monotonic. {@link NodeThread#schedule} shortens delays by the same factor.
 */
final class ScaledClock extends Clock {

    private final long origin = System.nanoTime();
    /** Far from zero, which MicroRaft takes for "never". */
    private final long start = TimeUnit.DAYS.toMillis(365);

    private final long secondNanos;

    /** @param secondNanos how long one of MicroRaft's seconds takes, in nanoseconds */
    ScaledClock(long secondNanos) {
        this.secondNanos = secondNanos;
    }

    long toReal(long delay, TimeUnit unit) {
        return (long) (unit.toNanos(delay) * (double) secondNanos / TimeUnit.SECONDS.toNanos(1));
    }

    @Override
    public long millis() {
        double seconds = (System.nanoTime() - origin) / (double) secondNanos;
        return start + (long) (seconds * 1000);
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(millis());
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException("a clock without a calendar");
    }
}
