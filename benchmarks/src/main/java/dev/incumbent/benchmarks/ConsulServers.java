package dev.incumbent.benchmarks;

import dev.incumbent.embedded.consul.EmbeddedConsul;
import dev.incumbent.realservers.ConsulInstallation;
import dev.incumbent.realservers.RealConsul;
import dev.incumbent.realservers.RealConsulCluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The Consul under test; it forces every write to disk.
 *
 * @param title what it is
 * @param endpoints one URL a node
 * @param server what to close
 */
record ConsulServers(String title, List<String> endpoints, AutoCloseable server) implements AutoCloseable {

    /** What the servers grant at least; Consul as it is shipped says ten seconds. */
    static final Duration SHORTEST_TTL = Duration.ofSeconds(2);

    ConsulServers {
        endpoints = List.copyOf(endpoints);
    }

    /** Starts the newest real server there is, one of a series such as {@code 1.8}, or the embedded one. */
    static ConsulServers start(String which, int nodes, Path directory) {
        if (which.equals("embedded")) {
            EmbeddedConsul embedded = EmbeddedConsul.builder()
                    .nodes(nodes)
                    .sessionTtlMin(SHORTEST_TTL)
                    .directory(directory)
                    .start();
            return new ConsulServers("embedded Consul", embedded.httpEndpoints(), embedded);
        }
        ConsulInstallation installation = (which.equals("real") ? RealConsul.newest() : RealConsul.installation(which))
                .orElseThrow(() -> new IllegalStateException(
                        RealConsul.why() + "; run .ci/real-servers.sh, or measure the embedded one: server=embedded"));
        RealConsulCluster cluster = RealConsulCluster.builder(installation)
                .nodes(nodes)
                .sessionTtlMin(SHORTEST_TTL)
                .start();
        return new ConsulServers("Consul " + installation.version(), cluster.httpEndpoints(), cluster);
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (Exception failure) {
            throw new IllegalStateException("the servers did not stop", failure);
        }
    }
}
