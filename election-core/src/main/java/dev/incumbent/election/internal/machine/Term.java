package dev.incumbent.election.internal.machine;

import dev.incumbent.election.Stamp;
import dev.incumbent.election.spi.Entry;

/**
 * One term in office.
 *
 * @param number counts the terms of one candidacy from 1
 * @param entry the entry led with
 * @param since when office was taken
 * @param confirmedLeaps the lease's count of leaps when the entry was last known to be in place; a lease with another count
 *     does not make the term valid
 */
public record Term(long number, Entry entry, Stamp since, int confirmedLeaps) {

    Term confirmed(int leaps) {
        return new Term(number, entry, since, leaps);
    }
}
