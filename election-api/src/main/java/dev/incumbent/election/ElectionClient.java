package dev.incumbent.election;

/**
 * One process's connection to a coordinator: one session, shared by all its elections.
 *
 * <p>Made by an adapter's builder, such as {@code ZooKeeperElections.builder()}. Thread-safe. Building does not wait for
 * the coordinator; candidacies enter as soon as it can be reached, and {@link #health()} tells meanwhile.
 */
public interface ElectionClient extends AutoCloseable {

    /**
     * An election by name.
     *
     * @param name 1 to 200 characters; {@code /} is welcome and has no meaning, no election contains another
     * @return the election; the same object for the same name
     * @throws IllegalArgumentException if the name is blank, too long or contains control characters
     */
    Election election(String name);

    /**
     * How the session with the coordinator is doing.
     *
     * @return a snapshot
     */
    ClientHealth health();

    /**
     * Operators' tools: the generation, the token's high-order part.
     *
     * @return the tools, on this client's connection
     */
    ElectionAdmin admin();

    /**
     * Resigns every candidacy (told, drained, released), ends the session and closes what this client created, waiting at
     * most {@link ElectionConfig#closeTimeout()} in all. What could not be released in time goes with the session. A second
     * call does nothing.
     */
    @Override
    void close();
}
