package dev.incumbent.embedded.consul.internal.store;

import java.util.List;

/**
 * A session: what locks are held for.
 *
 * @param id a UUID, in small letters
 * @param name what the client calls it
 * @param node the node it belongs to
 * @param lockDelayNanos how long its keys cannot be locked after it was invalidated
 * @param deletes whether its keys are deleted with it; they are released otherwise
 * @param ttl how long it lives without renewal, as the client wrote it; empty for ever
 * @param ttlNanos the same as a number; 0 for ever
 * @param nodeChecks checks of the node that it ends with
 * @param createIndex the place in the log where it began
 */
public record Session(
        String id,
        String name,
        String node,
        long lockDelayNanos,
        boolean deletes,
        String ttl,
        long ttlNanos,
        List<String> nodeChecks,
        long createIndex) {

    /** Copies the list. */
    public Session {
        nodeChecks = List.copyOf(nodeChecks);
    }

    Session createdAt(long index) {
        return new Session(id, name, node, lockDelayNanos, deletes, ttl, ttlNanos, nodeChecks, index);
    }
}
