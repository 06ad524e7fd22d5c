package dev.incumbent.election.consul;

import dev.incumbent.election.Ticker;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * How long blocking queries wait, and how long before the next one where one failed.
 *
 * <p>A query that its client has given up keeps its connection counted on the agent until its time is up (seen on 1.8.7: 190
 * abandoned polls of 20 s kept everybody else of that address out for 19.8 s). So they are short, and are not given up as long
 * as the client lives. The time varies, lest all that began together come back together.
 */
final class Waits {

    private static final long SHORTEST = 10;
    private static final long LONGEST = 60;
    private static final long SOON_NANOS = 1_000_000_000L;

    private final Ticker ticker;
    private final RandomGenerator random;
    private final long leastSeconds;
    private final long pauseNanos;

    /**
     * Makes some.
     *
     * @param ticker tells when an answer came soon
     * @param random spreads them
     * @param ttlNanos a session's time to live
     * @param boundNanos what a call may take
     */
    Waits(Ticker ticker, RandomGenerator random, long ttlNanos, long boundNanos) {
        this.ticker = ticker;
        this.random = random;
        this.leastSeconds = Math.max(SHORTEST, Math.min(LONGEST, TimeUnit.NANOSECONDS.toSeconds(2 * ttlNanos)));
        this.pauseNanos = boundNanos / 8;
    }

    /** How long Consul is to wait for a change. */
    long seconds() {
        return leastSeconds + random.nextLong(leastSeconds / 4 + 1);
    }

    /** When the answer must be on its way: Consul adds up to a sixteenth. */
    long withinNanos(long seconds) {
        return TimeUnit.SECONDS.toNanos(seconds) / 16 * 17;
    }

    /** The monotonic time, in nanoseconds. */
    long now() {
        return ticker.nanoTime();
    }

    /** After a failure. */
    long pauseNanos() {
        return pauseNanos / 2 + random.nextLong(pauseNanos / 2 + 1);
    }

    /**
     * After an answer that tells nothing new: one that came soon is answered by a pause, since another would come as soon.
     *
     * @param askedNanos the instant of the question, of {@link #now}
     * @param there whether there is something: what is missing is answered with each change of anything else
     */
    long idlePauseNanos(long askedNanos, boolean there) {
        if (now() - askedNanos > SOON_NANOS) {
            return 0;
        }
        return there ? shortPauseNanos() : pauseNanos();
    }

    /** After an answer that came too soon, so that whatever sends such answers is not asked in a circle. */
    long shortPauseNanos() {
        return TimeUnit.MILLISECONDS.toNanos(20) + random.nextLong(TimeUnit.MILLISECONDS.toNanos(20));
    }
}
