package dev.incumbent.embedded.zookeeper;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What {@link EmbeddedZooKeeper.Builder} was told, checked. */
record Settings(
        int nodes,
        Duration tickTime,
        int initLimit,
        int syncLimit,
        Duration minSessionTimeout,
        Duration maxSessionTimeout,
        @Nullable Path directory,
        boolean durable,
        boolean tls,
        Map<String, String> saslUsers,
        Duration startTimeout) {

    Settings {
        saslUsers = Map.copyOf(saslUsers);
        if (nodes != 1 && nodes != 3 && nodes != 5) {
            throw new IllegalArgumentException("nodes must be 1, 3 or 5: " + nodes);
        }
        if (tickTime.toMillis() < 10) {
            throw new IllegalArgumentException("tickTime must be at least 10 ms: " + tickTime);
        }
        if (initLimit < 1 || syncLimit < 1) {
            throw new IllegalArgumentException(
                    "limits are counted in ticks and at least 1: initLimit " + initLimit + ", syncLimit " + syncLimit);
        }
        if (minSessionTimeout.isNegative()
                || minSessionTimeout.isZero()
                || minSessionTimeout.compareTo(maxSessionTimeout) > 0) {
            throw new IllegalArgumentException(
                    "session timeouts: " + minSessionTimeout + " is not below " + maxSessionTimeout);
        }
        if (startTimeout.isNegative() || startTimeout.isZero()) {
            throw new IllegalArgumentException("startTimeout must be positive: " + startTimeout);
        }
    }
}
