package dev.incumbent.embedded.consul;

import dev.incumbent.embedded.consul.internal.server.ServerSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What {@link EmbeddedConsulBuilder} was told, checked. */
record Settings(
        int nodes,
        List<Integer> ports,
        String nodeName,
        Optional<Path> directory,
        boolean fsync,
        Duration heartbeat,
        int snapshotEvery,
        Duration startTimeout,
        ServerSettings serving) {

    Settings {
        ports = List.copyOf(ports);
        if (nodes != 1 && nodes != 3 && nodes != 5) {
            throw new IllegalArgumentException("nodes must be 1, 3 or 5: " + nodes);
        }
        if (!ports.isEmpty() && ports.size() != nodes) {
            throw new IllegalArgumentException(nodes + " nodes need as many ports: " + ports);
        }
        if (serving.electionTimeout().compareTo(heartbeat.multipliedBy(2)) < 0) {
            throw new IllegalArgumentException("electionTimeout must be at least two heartbeats: "
                    + serving.electionTimeout() + " with a heartbeat of " + heartbeat);
        }
        positive("heartbeat", heartbeat);
        positive("sessionTtlMin", serving.sessionTtlMin());
        positive("sessionSweep", serving.sweep());
        positive("hold", serving.hold());
        positive("tombstoneTtl", serving.tombstoneTtl());
        positive("startTimeout", startTimeout);
        serving.nodeFailure().ifPresent(time -> positive("nodeFailure", time));
    }

    private static void positive(String what, Duration duration) {
        if (duration.isNegative() || duration.isZero()) {
            throw new IllegalArgumentException(what + " must be positive: " + duration);
        }
    }

    int port(int number) {
        return ports.isEmpty() ? 0 : ports.get(number - 1);
    }
}
