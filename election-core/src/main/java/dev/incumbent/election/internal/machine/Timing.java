package dev.incumbent.election.internal.machine;

import dev.incumbent.election.ElectionConfig;
import io.github.resilience4j.core.IntervalFunction;
import java.time.Duration;

/**
 * The configuration in nanoseconds, with what the machines compute from it.
 *
 * @param renewIntervalNanos time between two renewals, from send to send
 * @param minRenewSpacingNanos least time from one renewal's reply to the next
 * @param marginNanos taken off every deadline
 * @param clockRateError bound on the rate error, a fraction
 * @param leapToleranceMillis by how much the clocks may drift apart unnoticed
 * @param backoff pause in milliseconds before the n-th further attempt, n from 1, without jitter
 */
public record Timing(
        long renewIntervalNanos,
        long minRenewSpacingNanos,
        long marginNanos,
        double clockRateError,
        long leapToleranceMillis,
        IntervalFunction backoff) {

    /** The back-off is computed step by step; long before this many it has reached its maximum. */
    private static final int LONGEST_SERIES = 64;

    /**
     * Converts a configuration.
     *
     * @param config the configuration
     * @param minRenewSpacing what the coordinator demands
     * @return the timing
     */
    public static Timing of(ElectionConfig config, Duration minRenewSpacing) {
        return new Timing(
                config.renewInterval().toNanos(),
                minRenewSpacing.toNanos(),
                config.margin().toNanos(),
                config.clockRateError(),
                config.leapTolerance().toMillis(),
                IntervalFunction.ofExponentialBackoff(config.initialBackoff(), 2.0, config.maxBackoff()));
    }

    long usable(long ttlNanos) {
        return (long) (ttlNanos * (1 - clockRateError)) - marginNanos;
    }

    /** How long to wait until a holder with this time to live has stopped, counted from any instant after its last renewal. */
    long holderStopped(long ttlNanos) {
        return (long) (ttlNanos * (1 + clockRateError)) + marginNanos;
    }

    /**
     * The pause before a further attempt. Jitter takes off up to half, so that candidates that failed together do not come
     * back together.
     *
     * @param failures how many attempts failed in a row
     * @param jitter a random number in [0, 1)
     * @return nanoseconds
     */
    public long backoffNanos(int failures, double jitter) {
        return (long) (backoff.apply(Math.max(1, Math.min(failures, LONGEST_SERIES))) * 1_000_000L * (1 - jitter / 2));
    }

    /** A renewal is retried sooner than it would be due, but never sooner than the coordinator can use it. */
    long renewRetryNanos(int failures, double jitter) {
        return Math.max(minRenewSpacingNanos, Math.min(renewIntervalNanos, backoffNanos(failures, jitter)));
    }
}
