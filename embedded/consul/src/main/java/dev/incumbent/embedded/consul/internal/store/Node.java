package dev.incumbent.embedded.consul.internal.store;

/**
 * A node of the catalog: one of the servers themselves.
 *
 * @param name its name
 * @param id a UUID
 * @param port where it serves HTTP on 127.0.0.1
 * @param passing whether its {@code serfHealth} check passes
 * @param createIndex the place in the log where it was registered
 * @param modifyIndex the place in the log of the last change to it
 * @param checkIndex the place in the log of the last change to its check
 */
public record Node(
        String name, String id, int port, boolean passing, long createIndex, long modifyIndex, long checkIndex) {

    /** The one check that a node has. */
    public static final String SERF_HEALTH = "serfHealth";

    /** A node that is to be registered, or whose health is to be recorded. */
    public static Node of(String name, String id, int port, boolean passing) {
        return new Node(name, id, port, passing, 0, 0, 0);
    }

    /** Whether registering the other one would change nothing. */
    public boolean isTheSameAs(Node other) {
        return name.equals(other.name) && id.equals(other.id) && port == other.port && passing == other.passing;
    }
}
