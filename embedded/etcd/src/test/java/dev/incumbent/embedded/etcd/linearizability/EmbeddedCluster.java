package dev.incumbent.embedded.etcd.linearizability;

import dev.incumbent.embedded.etcd.EmbeddedEtcd;
import java.util.List;

/** The embedded server: nodes die, freeze and are cut off, links carry in one direction only. */
final class EmbeddedCluster implements Cluster {

    private final EmbeddedEtcd etcd;

    EmbeddedCluster(EmbeddedEtcd etcd) {
        this.etcd = etcd;
    }

    @Override
    public List<String> endpoints() {
        return etcd.endpoints();
    }

    @Override
    public List<Fault> faultsOf(int node) {
        int next = node % etcd.size() + 1;
        return List.of(
                new Fault("kill " + node, () -> etcd.kill(node)),
                new Fault("pause " + node, () -> etcd.pause(node)),
                new Fault("isolate " + node, () -> etcd.isolate(node)),
                new Fault("cut " + node + " to " + next, () -> etcd.cut(node, next)),
                new Fault("cut " + next + " to " + node, () -> etcd.cut(next, node)),
                new Fault("cut clients of " + node, () -> etcd.cutClients(node)),
                new Fault("move leadership to " + node, () -> LeaderMove.to(etcd.endpoints(), node)));
    }

    @Override
    public int leader() {
        return etcd.leader().orElse(1);
    }

    @Override
    public void heal() {
        etcd.heal();
        etcd.nodes().stream()
                .filter(node -> !etcd.runningNodes().contains(node))
                .forEach(etcd::restart);
    }

    @Override
    public String lastWords() {
        return etcd.toString();
    }

    @Override
    public void close() {
        etcd.close();
    }
}
