package dev.incumbent.election.spi;

import java.time.Duration;
import java.util.Objects;

/**
 * What the core must know of a kind of coordinator.
 *
 * @param backend its name in messages, such as {@code zookeeper}
 * @param minRenewSpacing the least time between one renewal's reply and the next renewal; zero if it does not matter
 */
public record CoordinatorTraits(String backend, Duration minRenewSpacing) {

    /** Checks the parts. */
    public CoordinatorTraits {
        Objects.requireNonNull(backend, "backend");
        if (minRenewSpacing.isNegative()) {
            throw new IllegalArgumentException("minRenewSpacing is negative: " + minRenewSpacing);
        }
    }
}
