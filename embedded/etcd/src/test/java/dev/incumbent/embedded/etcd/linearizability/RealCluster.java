package dev.incumbent.embedded.etcd.linearizability;

import dev.incumbent.realservers.RealEtcdCluster;
import java.util.List;

/** Real etcd: processes are killed and frozen. */
final class RealCluster implements Cluster {

    private final RealEtcdCluster etcd;

    RealCluster(RealEtcdCluster etcd) {
        this.etcd = etcd;
    }

    @Override
    public List<String> endpoints() {
        return etcd.endpoints();
    }

    @Override
    public List<Fault> faultsOf(int node) {
        return List.of(
                new Fault("kill -9 " + node, () -> etcd.kill9(node)),
                new Fault("SIGSTOP " + node, () -> etcd.sigstop(node)),
                new Fault("move leadership to " + node, () -> LeaderMove.to(etcd.endpoints(), node)));
    }

    @Override
    public int leader() {
        return etcd.findLeader().orElse(1);
    }

    @Override
    public void heal() {
        etcd.heal();
    }

    @Override
    public String lastWords() {
        return etcd.lastWords();
    }

    @Override
    public void close() {
        etcd.close();
    }
}
