package dev.incumbent.election;

import java.util.Optional;

/** A running {@link Election#whileLeading(LeaderWork)}. */
public interface LeaderLoop extends AutoCloseable {

    /**
     * The candidacy behind the loop, for display and for {@link Candidacy#requeue()}.
     *
     * @return the candidacy
     */
    Candidacy candidacy();

    /**
     * What the work threw last.
     *
     * @return the failure, empty if the latest run returned
     */
    Optional<Throwable> lastFailure();

    /** Interrupts the work, waits for it, releases the entry and ends, within the configured close timeout. */
    @Override
    void close();
}
