package dev.incumbent.benchmarks;

import dev.incumbent.embedded.etcd.EmbeddedEtcd;
import dev.incumbent.realservers.EtcdInstallation;
import dev.incumbent.realservers.RealEtcd;
import dev.incumbent.realservers.RealEtcdCluster;
import java.nio.file.Path;
import java.util.List;

/**
 * The etcd under test; it forces every write to disk.
 *
 * @param title what it is
 * @param endpoints one URL a node
 * @param real whether it is a process of its own, with etcd's metrics
 * @param server what to close
 */
record EtcdServers(String title, List<String> endpoints, boolean real, AutoCloseable server) implements AutoCloseable {

    EtcdServers {
        endpoints = List.copyOf(endpoints);
    }

    /** Starts a real server of a series such as {@code 3.5}, the newest real one there is, or the embedded one. */
    static EtcdServers start(String which, int nodes, Path directory) {
        if (which.equals("embedded")) {
            EmbeddedEtcd embedded =
                    EmbeddedEtcd.builder().nodes(nodes).directory(directory).start();
            return new EtcdServers("embedded etcd", embedded.endpoints(), false, embedded);
        }
        EtcdInstallation installation = (which.equals("real") ? RealEtcd.newest() : RealEtcd.installation(which))
                .orElseThrow(() -> new IllegalStateException(
                        RealEtcd.why() + "; run .ci/real-servers.sh, or measure the embedded one: server=embedded"));
        RealEtcdCluster cluster =
                RealEtcdCluster.builder(installation).nodes(nodes).fsync(true).start();
        return new EtcdServers("etcd " + installation.version(), cluster.endpoints(), true, cluster);
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
