package dev.incumbent.embedded.consul.internal.store;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
 * @param nodeChecks checks of the node that it ends with; null where the client said so, which means none
 * @param serviceChecks checks of services, of which there are none here: empty, or null, as the client had it
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
        @Nullable List<String> nodeChecks,
        @Nullable List<String> serviceChecks,
        long createIndex) {

    /** Copies the lists. */
    public Session {
        nodeChecks = nodeChecks == null ? null : List.copyOf(nodeChecks);
        serviceChecks = serviceChecks == null ? null : List.copyOf(serviceChecks);
    }

    /** All checks that it ends with. */
    List<String> checks() {
        List<String> checks = new ArrayList<>(nodeChecks == null ? List.of() : nodeChecks);
        checks.addAll(serviceChecks == null ? List.of() : serviceChecks);
        return checks;
    }

    Session createdAt(long index) {
        return new Session(id, name, node, lockDelayNanos, deletes, ttl, ttlNanos, nodeChecks, serviceChecks, index);
    }
}
