package dev.incumbent.election;

/** An observer's subscription. */
public interface Observation extends AutoCloseable {

    /**
     * The newest state told, or about to be told, to the observer.
     *
     * @return the state; {@link ElectionEvent.Unknown} until the first answer
     */
    ElectionEvent current();

    /** Ends the observation; a call in progress finishes. A second call does nothing. */
    @Override
    void close();
}
