package dev.incumbent.election.consul;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.incumbent.embedded.consul.EmbeddedConsul;
import dev.incumbent.realservers.ConsulInstallation;
import dev.incumbent.realservers.RealConsul;
import dev.incumbent.realservers.RealConsulCluster;
import java.time.Duration;
import java.util.ArrayList;
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

    /** Cuts a node off from the others; its clients stay connected to it. Skips the test where that cannot be done. */
    default void cutOff(int node) {
        assumeTrue(false, "the members of a real Consul cannot be cut off from each other here");
    }

    /** Joins what was cut. */
    default void mend() {}

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
        List<String> turned = new ArrayList<>(all.subList(node - 1, all.size()));
        turned.addAll(all.subList(0, node - 1));
        return turned;
    }

    static Servers embedded(int nodes) {
        return new Embedded(EmbeddedConsul.builder()
                .nodes(nodes)
                .sessionTtlMin(Duration.ofSeconds(1))
                .start());
    }

    static ConsulInstallation installation() {
        Optional<ConsulInstallation> installation = RealConsul.newest();
        assumeTrue(installation.isPresent(), () -> "needs a real Consul: " + RealConsul.why());
        return installation.orElseThrow();
    }

    /**
     * A real cluster; the test is skipped, and says why, where there is none. It takes more connections than as it is shipped:
     * tests close many clients in a short time, and what those polled for counts until its time is up.
     */
    static Servers real(int nodes) {
        return new Real(RealConsulCluster.builder(installation())
                .nodes(nodes)
                .setting("limits", "{\"http_max_conns_per_client\":2000}")
                .start());
    }

    /** A real server as it is shipped, with its limit of 200 connections from one address. */
    static Servers realAsShipped() {
        return new Real(RealConsulCluster.start(installation(), 1));
    }

    /**
     * In this JVM.
     *
     * @param consul the servers
     */
    record Embedded(EmbeddedConsul consul) implements Servers {

        @Override
        public List<String> endpoints() {
            return consul.httpEndpoints();
        }

        @Override
        public int leader() {
            return consul.awaitLeader(PATIENCE);
        }

        @Override
        public void kill(int node) {
            consul.kill(node);
        }

        @Override
        public void restart(int node) {
            consul.restart(node);
        }

        @Override
        public void pause(int node) {
            consul.pause(node);
        }

        @Override
        public void resume(int node) {
            consul.resume(node);
        }

        @Override
        public void cutOff(int node) {
            consul.isolate(node);
        }

        @Override
        public void mend() {
            consul.heal();
        }

        @Override
        public void awaitServing() {
            consul.awaitServing(PATIENCE);
        }

        @Override
        public void close() {
            consul.close();
        }
    }

    /**
     * Processes of their own.
     *
     * @param consul the servers
     */
    record Real(RealConsulCluster consul) implements Servers {

        @Override
        public List<String> endpoints() {
            return consul.httpEndpoints();
        }

        @Override
        public int leader() {
            return consul.leader();
        }

        @Override
        public void kill(int node) {
            consul.kill9(node);
        }

        @Override
        public void restart(int node) {
            consul.restart(node);
        }

        @Override
        public void pause(int node) {
            consul.sigstop(node);
        }

        @Override
        public void resume(int node) {
            consul.sigcont(node);
        }

        @Override
        public void awaitServing() {
            consul.awaitHealthy(PATIENCE);
        }

        @Override
        public void close() {
            consul.close();
        }
    }
}
