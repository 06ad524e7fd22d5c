package dev.incumbent.election;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The timing of one client, checked as a whole.
 *
 * <p>What must hold: {@code renewInterval x renewAttempts + margin < leaseTtl}, so that so many renewals in a row may
 * fail before the office is lost; {@code leapTolerance <= margin}, so that a leap too small to be noticed cannot outrun
 * the deadline. An adapter adds the bounds of its coordinator.
 *
 * @param leaseTtl the session's time to live asked of the coordinator, which may grant another: the granted one counts
 * @param renewInterval time between two renewals
 * @param renewAttempts how many renewals fit into the time to live, at least 2
 * @param callTimeout how long one call to the coordinator may take before its outcome counts as unknown
 * @param margin taken off every lease deadline, for scheduling and for what the wall clock cannot resolve
 * @param clockRateError bound on how much slower this machine's monotonic clock may run than the coordinator's, as a
 *     fraction; NTP slews by at most 500 ppm, so two slewed clocks differ by at most 0.001
 * @param leapTolerance by how much wall and monotonic clock may drift apart between a renewal and now before the
 *     leadership is suspect
 * @param initialBackoff the first pause after a failed attempt to connect, enter or withdraw
 * @param maxBackoff the longest such pause
 * @param closeTimeout how long {@code close()} methods wait
 */
public record ElectionConfig(
        Duration leaseTtl,
        Duration renewInterval,
        int renewAttempts,
        Duration callTimeout,
        Duration margin,
        double clockRateError,
        Duration leapTolerance,
        Duration initialBackoff,
        Duration maxBackoff,
        Duration closeTimeout) {

    private static final Duration LONGEST_TTL = Duration.ofHours(24);

    /** The wall clock is read in milliseconds, so that two readings differ by up to 2 ms without any leap. */
    private static final Duration FINEST_LEAP = Duration.ofMillis(5);

    /** Checks each value and the relations between them. */
    public ElectionConfig {
        requirePositive(leaseTtl, "leaseTtl");
        requirePositive(renewInterval, "renewInterval");
        requirePositive(callTimeout, "callTimeout");
        requirePositive(margin, "margin");
        requirePositive(leapTolerance, "leapTolerance");
        requirePositive(initialBackoff, "initialBackoff");
        requirePositive(maxBackoff, "maxBackoff");
        requirePositive(closeTimeout, "closeTimeout");
        require(leaseTtl.compareTo(LONGEST_TTL) <= 0, "leaseTtl is at most 24 h, is " + leaseTtl);
        require(
                renewAttempts >= 2,
                "renewAttempts is at least 2, so that one lost reply costs nothing; is " + renewAttempts);
        require(
                clockRateError >= 0 && clockRateError <= 0.1,
                "clockRateError is a fraction between 0 and 0.1, is " + clockRateError);
        Duration needed = renewInterval.multipliedBy(renewAttempts).plus(margin);
        require(
                needed.compareTo(usable(leaseTtl, clockRateError)) < 0,
                "renewInterval x renewAttempts + margin must be less than leaseTtl x (1 - clockRateError): "
                        + renewInterval + " x " + renewAttempts + " + " + margin + " = " + needed + ", but leaseTtl is "
                        + leaseTtl + "; renew more often or lease for longer");
        require(
                leapTolerance.compareTo(FINEST_LEAP) >= 0,
                "leapTolerance is at least " + FINEST_LEAP + ", what the wall clock resolves; is " + leapTolerance);
        require(
                leapTolerance.compareTo(margin) <= 0,
                "leapTolerance must not exceed margin, else an unnoticed leap outruns the deadline: " + leapTolerance
                        + " > " + margin);
        require(
                initialBackoff.compareTo(maxBackoff) <= 0,
                "initialBackoff must not exceed maxBackoff: " + initialBackoff + " > " + maxBackoff);
    }

    private static Duration usable(Duration ttl, double rateError) {
        return Duration.ofNanos((long) (ttl.toNanos() * (1 - rateError)));
    }

    private static void requirePositive(Duration value, String name) {
        Objects.requireNonNull(value, name);
        require(!value.isNegative() && !value.isZero(), name + " must be positive, is " + value);
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new ElectionConfigException(message);
        }
    }

    /**
     * Everything derived from one time to live: renew at a third, calls at a fifth (at most 5 s), a margin of a twentieth.
     *
     * @param leaseTtl the time to live
     * @return the configuration
     * @throws ElectionConfigException if the time to live is out of bounds
     */
    public static ElectionConfig forTtl(Duration leaseTtl) {
        return builder().leaseTtl(leaseTtl).build();
    }

    /**
     * Starts from the defaults: a time to live of 10 s and what follows from it.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects settings; what is not set is derived from the time to live. Not thread-safe. */
    public static final class Builder {

        private Duration leaseTtl = Duration.ofSeconds(10);
        private @Nullable Duration renewInterval;
        private int renewAttempts = 2;
        private @Nullable Duration callTimeout;
        private @Nullable Duration margin;
        private double clockRateError = 0.001;
        private @Nullable Duration leapTolerance;
        private Duration initialBackoff = Duration.ofMillis(50);
        private @Nullable Duration maxBackoff;
        private Duration closeTimeout = Duration.ofSeconds(30);

        private Builder() {}

        /**
         * Sets the session's time to live.
         *
         * @param value more than zero, at most 24 h
         * @return this
         */
        public Builder leaseTtl(Duration value) {
            this.leaseTtl = Objects.requireNonNull(value, "leaseTtl");
            return this;
        }

        /**
         * Sets the time between two renewals; by default a third of the time to live.
         *
         * @param value more than zero
         * @return this
         */
        public Builder renewInterval(Duration value) {
            this.renewInterval = value;
            return this;
        }

        /**
         * Sets how many renewals must fit into the time to live; by default 2.
         *
         * @param value at least 2
         * @return this
         */
        public Builder renewAttempts(int value) {
            this.renewAttempts = value;
            return this;
        }

        /**
         * Sets how long one call may take; by default a fifth of the time to live, at most 5 s.
         *
         * @param value more than zero
         * @return this
         */
        public Builder callTimeout(Duration value) {
            this.callTimeout = value;
            return this;
        }

        /**
         * Sets what is taken off every deadline; by default a twentieth of the time to live, at least
         * 10 ms.
         *
         * @param value more than zero
         * @return this
         */
        public Builder margin(Duration value) {
            this.margin = value;
            return this;
        }

        /**
         * Sets the bound on the clock's rate error; by default 0.001.
         *
         * @param value a fraction between 0 and 0.1
         * @return this
         */
        public Builder clockRateError(double value) {
            this.clockRateError = value;
            return this;
        }

        /**
         * Sets how far the two clocks may drift apart unnoticed; by default half the margin, at least
         * 5 ms.
         *
         * @param value at most the margin
         * @return this
         */
        public Builder leapTolerance(Duration value) {
            this.leapTolerance = value;
            return this;
        }

        /**
         * Sets the back-off after failed attempts; by default from 50 ms to the time to live, at most 10 s. Jitter of up
         * to half is taken off each pause.
         *
         * @param initial the first pause
         * @param max the longest pause
         * @return this
         */
        public Builder backoff(Duration initial, Duration max) {
            this.initialBackoff = initial;
            this.maxBackoff = max;
            return this;
        }

        /**
         * Sets how long {@code close()} methods wait; by default 30 s.
         *
         * @param value more than zero
         * @return this
         */
        public Builder closeTimeout(Duration value) {
            this.closeTimeout = value;
            return this;
        }

        /**
         * Derives what was not set and checks everything.
         *
         * @return the configuration
         * @throws ElectionConfigException if a relation does not hold; the message shows the numbers
         */
        public ElectionConfig build() {
            Duration effectiveMargin = margin != null ? margin : longer(leaseTtl.dividedBy(20), Duration.ofMillis(10));
            return new ElectionConfig(
                    leaseTtl,
                    renewInterval != null ? renewInterval : leaseTtl.dividedBy(3),
                    renewAttempts,
                    callTimeout != null ? callTimeout : shorter(leaseTtl.dividedBy(5), Duration.ofSeconds(5)),
                    effectiveMargin,
                    clockRateError,
                    leapTolerance != null ? leapTolerance : longer(effectiveMargin.dividedBy(2), FINEST_LEAP),
                    initialBackoff,
                    maxBackoff != null ? maxBackoff : longer(initialBackoff, shorter(leaseTtl, Duration.ofSeconds(10))),
                    closeTimeout);
        }

        private static Duration shorter(Duration a, Duration b) {
            return a.compareTo(b) <= 0 ? a : b;
        }

        private static Duration longer(Duration a, Duration b) {
            return a.compareTo(b) >= 0 ? a : b;
        }
    }
}
