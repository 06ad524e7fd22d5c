package dev.incumbent.election;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * How one candidacy stands. Immutable; see {@link #builder()}.
 *
 * @param candidateId who stands; empty for the client's own id
 * @param payload what others see beside the id, at most {@value #MAX_PAYLOAD} bytes; copied
 * @param listeners told of terms, in this order
 * @param healthCheck the candidate's own judgement, if any
 * @param healthInterval time between two checks
 * @param healthTimeout how long one check may take
 * @param drainTimeout how long the release waits for listeners and leader work before health turns DOWN
 * @param releaseUndrained whether the entry is then released all the same: the next leader may start beside work of this
 *     one, and only a fence keeps them apart
 */
@SuppressWarnings("ArrayRecordComponent") // copied on the way in and out, and compared by content
public record CampaignOptions(
        Optional<CandidateId> candidateId,
        byte[] payload,
        List<LeadershipListener> listeners,
        Optional<HealthCheck> healthCheck,
        Duration healthInterval,
        Duration healthTimeout,
        Duration drainTimeout,
        boolean releaseUndrained) {

    /** The most bytes of payload: every coordinator takes this much without a change of its settings. */
    public static final int MAX_PAYLOAD = 64 * 1024;

    /** Checks and copies. */
    public CampaignOptions {
        payload = checkedPayload(payload);
        listeners = List.copyOf(listeners);
        requirePositive(healthInterval, "healthInterval");
        requirePositive(healthTimeout, "healthTimeout");
        requirePositive(drainTimeout, "drainTimeout");
    }

    /**
     * Checks a payload and copies it.
     *
     * @param payload the payload
     * @return the copy
     * @throws IllegalArgumentException if it is too large
     */
    public static byte[] checkedPayload(byte[] payload) {
        if (payload.length > MAX_PAYLOAD) {
            throw new IllegalArgumentException("A payload has at most " + MAX_PAYLOAD + " bytes, this one has "
                    + payload.length + "; publish a reference to the data instead");
        }
        return payload.clone();
    }

    private static void requirePositive(Duration value, String name) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " must be positive, is " + value);
        }
    }

    @Override
    public byte[] payload() {
        return payload.clone();
    }

    /**
     * No payload, no listener, no health check; a drain is awaited for 30 s and never cut short.
     *
     * @return the defaults
     */
    public static CampaignOptions defaults() {
        return builder().build();
    }

    /**
     * Starts from the defaults.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Starts from these options.
     *
     * @return a builder
     */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.candidateId = candidateId;
        builder.payload = payload;
        builder.listeners.addAll(listeners);
        builder.healthCheck = healthCheck;
        builder.healthInterval = healthInterval;
        builder.healthTimeout = healthTimeout;
        builder.drainTimeout = drainTimeout;
        builder.releaseUndrained = releaseUndrained;
        return builder;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CampaignOptions that
                && Arrays.equals(payload, that.payload)
                && candidateId.equals(that.candidateId)
                && listeners.equals(that.listeners)
                && healthCheck.equals(that.healthCheck)
                && healthInterval.equals(that.healthInterval)
                && healthTimeout.equals(that.healthTimeout)
                && drainTimeout.equals(that.drainTimeout)
                && releaseUndrained == that.releaseUndrained;
    }

    @Override
    public int hashCode() {
        return Objects.hash(
                Arrays.hashCode(payload),
                candidateId,
                listeners,
                healthCheck,
                healthInterval,
                healthTimeout,
                drainTimeout,
                releaseUndrained);
    }

    /** Leaves the payload's content out: it may be secret. */
    @Override
    public String toString() {
        return "CampaignOptions[candidateId=" + candidateId + ", " + payload.length + " bytes of payload, "
                + listeners.size() + " listeners, drainTimeout=" + drainTimeout + ", releaseUndrained="
                + releaseUndrained + "]";
    }

    /** Collects options. Not thread-safe. */
    public static final class Builder {

        private Optional<CandidateId> candidateId = Optional.empty();
        private byte[] payload = new byte[0];
        private final List<LeadershipListener> listeners = new ArrayList<>();
        private Optional<HealthCheck> healthCheck = Optional.empty();
        private Duration healthInterval = Duration.ofSeconds(5);
        private Duration healthTimeout = Duration.ofSeconds(5);
        private Duration drainTimeout = Duration.ofSeconds(30);
        private boolean releaseUndrained;

        private Builder() {}

        /**
         * Names the candidate.
         *
         * @param id the name
         * @return this
         */
        public Builder candidateId(String id) {
            this.candidateId = Optional.of(new CandidateId(id));
            return this;
        }

        /**
         * Publishes bytes.
         *
         * @param bytes the payload
         * @return this
         */
        public Builder payload(byte[] bytes) {
            this.payload = checkedPayload(bytes);
            return this;
        }

        /**
         * Publishes text, as UTF-8.
         *
         * @param text the payload
         * @return this
         */
        public Builder payload(String text) {
            return payload(text.getBytes(StandardCharsets.UTF_8));
        }

        /**
         * Adds a listener.
         *
         * @param listener told of terms
         * @return this
         */
        public Builder listener(LeadershipListener listener) {
            listeners.add(Objects.requireNonNull(listener, "listener"));
            return this;
        }

        /**
         * Lets the candidate judge its own fitness.
         *
         * @param check the check
         * @param interval time between two checks
         * @param timeout how long one check may take
         * @return this
         */
        public Builder healthCheck(HealthCheck check, Duration interval, Duration timeout) {
            this.healthCheck = Optional.of(check);
            this.healthInterval = interval;
            this.healthTimeout = timeout;
            return this;
        }

        /**
         * Bounds the drain.
         *
         * @param timeout how long listeners and leader work are awaited before health turns DOWN
         * @return this
         */
        public Builder drainTimeout(Duration timeout) {
            this.drainTimeout = timeout;
            return this;
        }

        /**
         * Releases the entry when the drain is overdue, with the old leader's work possibly still running. Safe only where
         * every effect of that work is fenced.
         *
         * @param release whether to
         * @return this
         */
        public Builder releaseUndrained(boolean release) {
            this.releaseUndrained = release;
            return this;
        }

        /**
         * Checks and makes the options.
         *
         * @return the options
         * @throws IllegalArgumentException if a value is out of bounds
         */
        public CampaignOptions build() {
            return new CampaignOptions(
                    candidateId,
                    payload,
                    listeners,
                    healthCheck,
                    healthInterval,
                    healthTimeout,
                    drainTimeout,
                    releaseUndrained);
        }
    }
}
