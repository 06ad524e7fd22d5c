package dev.incumbent.cli.backend;

/** A coordinator that runs in this process, for a demonstration. */
public interface EmbeddedCoordinator extends AutoCloseable {

    /**
     * How clients reach it.
     *
     * @return what {@link Backend#connect} takes
     */
    String address();

    /** Stops it. Bounded; a second call does nothing. */
    @Override
    void close();
}
