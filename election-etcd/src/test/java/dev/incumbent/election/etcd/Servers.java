package dev.incumbent.election.etcd;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.incumbent.embedded.etcd.EmbeddedEtcd;
import dev.incumbent.realservers.EtcdInstallation;
import dev.incumbent.realservers.RealEtcd;
import dev.incumbent.realservers.RealEtcdCluster;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A cluster under test, embedded or real, and the faults that both kinds know. Nodes are numbered from 1. */
interface Servers extends AutoCloseable {

    Duration PATIENCE = Duration.ofSeconds(30);

    List<String> endpoints();

    int leader();

    /** Ends a node without warning. */
    void kill(int node);

    void restart(int node);

    /** Freezes a node: its connections stay open and silent. */
    void pause(int node);

    void resume(int node);

    /** Cuts a node off from the others, both ways; clients reach it as before. */
    void cutOff(int node);

    /** Joins what was cut. */
    void mend();

    void awaitServing();

    @Override
    void close();

    default int follower() {
        int leader = leader();
        return leader == 1 ? 2 : 1;
    }

    /** All endpoints, that of one node first. */
    default List<String> endpointsFrom(int node) {
        List<String> all = endpoints();
        List<String> turned = new java.util.ArrayList<>(all.subList(node - 1, all.size()));
        turned.addAll(all.subList(0, node - 1));
        return turned;
    }

    static Servers embedded(int nodes) {
        return new Embedded(EmbeddedEtcd.builder().nodes(nodes).start());
    }

    /** A real cluster of a series such as {@code 3.5}; the test is skipped, and says why, where there is none. */
    static Servers real(String series, int nodes) {
        Optional<EtcdInstallation> installation = RealEtcd.installation(series);
        assumeTrue(installation.isPresent(), () -> "needs a real etcd " + series + ": " + RealEtcd.why());
        return new Real(RealEtcdCluster.builder(installation.orElseThrow())
                .nodes(nodes)
                .cuttable()
                .start());
    }

    /**
     * In this JVM.
     *
     * @param etcd the servers
     */
    record Embedded(EmbeddedEtcd etcd) implements Servers {

        @Override
        public List<String> endpoints() {
            return etcd.endpoints();
        }

        @Override
        public int leader() {
            return etcd.awaitLeader(PATIENCE);
        }

        @Override
        public void kill(int node) {
            etcd.kill(node);
        }

        @Override
        public void restart(int node) {
            etcd.restart(node);
        }

        @Override
        public void pause(int node) {
            etcd.pause(node);
        }

        @Override
        public void resume(int node) {
            etcd.resume(node);
        }

        @Override
        public void cutOff(int node) {
            etcd.isolate(node);
        }

        @Override
        public void mend() {
            etcd.heal();
        }

        @Override
        public void awaitServing() {
            etcd.awaitServing(PATIENCE);
        }

        @Override
        public void close() {
            etcd.close();
        }
    }

    /**
     * Processes of their own.
     *
     * @param etcd the servers
     */
    record Real(RealEtcdCluster etcd) implements Servers {

        @Override
        public List<String> endpoints() {
            return etcd.endpoints();
        }

        @Override
        public int leader() {
            return etcd.leader();
        }

        @Override
        public void kill(int node) {
            etcd.kill9(node);
        }

        @Override
        public void restart(int node) {
            etcd.restart(node);
        }

        @Override
        public void pause(int node) {
            etcd.sigstop(node);
        }

        @Override
        public void resume(int node) {
            etcd.sigcont(node);
        }

        @Override
        public void cutOff(int node) {
            etcd.cutOff(node);
        }

        @Override
        public void mend() {
            etcd.mend();
        }

        @Override
        public void awaitServing() {
            etcd.awaitHealthy(PATIENCE);
        }

        @Override
        public void close() {
            etcd.close();
        }
    }
}
