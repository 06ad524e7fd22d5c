package dev.incumbent.election;

import java.time.Duration;
import java.util.Objects;

/**
 * What {@link Election#whileLeading(LeaderWork, LoopPolicy, CampaignOptions)} does when the work ends by itself while the
 * leadership still stands.
 *
 * @param onReturn what follows a normal return
 * @param onFailure what follows an exception
 * @param initialBackoff pause before the work runs again after the first failure; doubled for each further one
 * @param maxBackoff the longest such pause
 */
public record LoopPolicy(Next onReturn, Next onFailure, Duration initialBackoff, Duration maxBackoff) {

    /** What follows. */
    public enum Next {
        /** Release the office and stand again at the end of the queue. */
        REQUEUE,
        /** Stay in office and run the work again, after the back-off if it failed. */
        REPEAT,
        /** Stay in office and do nothing more until the term ends. */
        HOLD,
        /** Resign and end the loop. */
        STOP
    }

    /** Checks the durations. */
    public LoopPolicy {
        Objects.requireNonNull(onReturn, "onReturn");
        Objects.requireNonNull(onFailure, "onFailure");
        if (initialBackoff.isNegative() || initialBackoff.isZero() || maxBackoff.compareTo(initialBackoff) < 0) {
            throw new IllegalArgumentException(
                    "Loop back-off needs 0 < initial <= max; initial is " + initialBackoff + ", max is " + maxBackoff);
        }
    }

    /**
     * Requeue on return and on failure, with a back-off of 100 ms to 30 s after failures.
     *
     * @return the defaults
     */
    public static LoopPolicy defaults() {
        return new LoopPolicy(Next.REQUEUE, Next.REQUEUE, Duration.ofMillis(100), Duration.ofSeconds(30));
    }

    /**
     * A copy with another answer to a normal return.
     *
     * @param next the answer
     * @return the copy
     */
    public LoopPolicy withOnReturn(Next next) {
        return new LoopPolicy(next, onFailure, initialBackoff, maxBackoff);
    }

    /**
     * A copy with another answer to a failure.
     *
     * @param next the answer
     * @return the copy
     */
    public LoopPolicy withOnFailure(Next next) {
        return new LoopPolicy(onReturn, next, initialBackoff, maxBackoff);
    }
}
