package dev.incumbent.election;

import java.util.Objects;

/**
 * Who stands: a name that people recognise in logs and in {@code elect status}, such as {@code host:pid}.
 *
 * <p>It identifies nobody to the protocol, which goes by sessions and entries; two processes with one id are still two
 * candidates.
 *
 * @param value 1 to 255 characters without control characters
 */
public record CandidateId(String value) {

    private static final int MAX_LENGTH = 255;

    /** Checks the value. */
    public CandidateId {
        Objects.requireNonNull(value, "value");
        if (value.isBlank() || value.length() > MAX_LENGTH || value.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("A candidate id has 1 to " + MAX_LENGTH
                    + " printable characters and is not blank; this one has " + value.length());
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
