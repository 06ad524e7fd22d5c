package dev.incumbent.election;

import java.util.Objects;
import java.util.UUID;

/**
 * Which coordinator numbers the epochs, and the high-order part of its tokens.
 *
 * @param authority identifies the coordinator across restores
 * @param number raised by an operator after a restore; 0 at first, Unix seconds or more later
 */
public record Generation(UUID authority, long number) {

    /** Checks the parts. */
    public Generation {
        Objects.requireNonNull(authority, "authority");
        if (number < 0) {
            throw new IllegalArgumentException("A generation is not negative: " + number);
        }
    }
}
