package dev.incumbent.election.spi;

import java.util.Objects;

/**
 * Names one session on the coordinator; never used for two.
 *
 * @param value the backend's own notation
 */
public record SessionId(String value) {

    /** Checks the value. */
    public SessionId {
        Objects.requireNonNull(value, "value");
    }

    @Override
    public String toString() {
        return value;
    }
}
