package dev.incumbent.election.spi;

/** Something that can be stopped. */
@FunctionalInterface
public interface Subscription extends AutoCloseable {

    /** Stops it; at most a call in progress still arrives. Idempotent, does not block. */
    @Override
    void close();
}
