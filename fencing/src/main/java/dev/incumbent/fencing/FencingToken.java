package dev.incumbent.fencing;

import java.util.Objects;
import java.util.UUID;

/**
 * The number of one leadership, which a store compares to refuse a deposed leader's writes.
 *
 * <p>Tokens of one authority and one election are ordered by generation first, then by epoch; a later leadership has the
 * newer token. Tokens of different authorities or elections were counted by different counters, so comparing them says
 * nothing: {@link #isNewerThan} refuses to. That is why this class is <em>not</em> {@link Comparable}: the order is
 * partial, and a sorted collection or {@code Collections.max} would take it for total.
 *
 * <p>A token is captured once, when the leadership begins, and never looked up again: a lock that is asked for "the
 * current token" hands a stale holder its successor's.
 *
 * <p>The string form is for people; it is neither parsed nor sent.
 *
 * @param authority which coordinator counts these epochs
 * @param election the contest's name, not blank
 * @param generation raised by an operator after the coordinator was restored or replaced; zero or more, and by
 *     convention either zero or near the Unix time in seconds at which it was raised
 * @param epoch the position of the leadership's entry in the coordinator's commit order; more than zero, since no
 *     coordinator numbers an entry zero and a zero is therefore a field that somebody forgot to set
 */
public record FencingToken(UUID authority, String election, long generation, long epoch) {

    /** Checks the four values; throws {@link IllegalArgumentException} when one is out of its range. */
    public FencingToken {
        Objects.requireNonNull(authority, "authority");
        Objects.requireNonNull(election, "election");
        if (election.isBlank()) {
            throw new IllegalArgumentException("A fencing token needs the name of its election; it was blank");
        }
        if (generation < 0) {
            throw new IllegalArgumentException("A generation is zero or more; it was " + generation);
        }
        if (epoch <= 0) {
            throw new IllegalArgumentException("An epoch is more than zero; it was " + epoch);
        }
    }

    /** Tells whether both tokens come from the same authority and election, and may therefore be compared. */
    public boolean sameScope(FencingToken other) {
        return authority.equals(other.authority) && election.equals(other.election);
    }

    /**
     * Tells whether this token belongs to a later leadership than the other.
     *
     * @throws ForeignTokenException if the tokens come from different authorities or elections
     */
    public boolean isNewerThan(FencingToken other) {
        if (!sameScope(other)) {
            throw new ForeignTokenException(this, other);
        }
        return generation != other.generation ? generation > other.generation : epoch > other.epoch;
    }

    /** Returns, for example, {@code billing/settlement#42 (generation 0, authority 6fa4…)}, with the whole UUID. */
    @Override
    public String toString() {
        return election + "#" + epoch + " (generation " + generation + ", authority " + authority + ")";
    }
}
