package dev.incumbent.election.spi;

import dev.incumbent.election.Generation;
import java.time.Duration;

/** Where an entry stands in its queue, as one linearizable view shows it. */
public sealed interface Standing {

    /** First: no entry of an earlier commit stands. */
    record Head() implements Standing {}

    /**
     * Behind another entry.
     *
     * @param predecessor the backend's name of the next entry ahead
     * @param decisive whether that entry's removal alone makes this one the first; false makes the core read again
     */
    record Behind(String predecessor, boolean decisive) implements Standing {}

    /**
     * Behind an entry whose session is gone but which the coordinator has left in place: its holder may still believe in
     * itself for the rest of its time to live. The core waits that long and then asks for
     * {@link Coordinator#removeOrphan}.
     *
     * @param predecessor the backend's name of that entry
     * @param holderTtl the time to live that its holder counts with
     */
    record BehindOrphan(String predecessor, Duration holderTtl) implements Standing {}

    /** Nowhere: the entry does not exist, or belongs to another session. */
    record Gone() implements Standing {}

    /**
     * It stands, but the generation was raised over it: it must be withdrawn, whatever its place.
     *
     * @param current the generation now
     */
    record Superseded(Generation current) implements Standing {}
}
