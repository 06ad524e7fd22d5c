package dev.incumbent.embedded.etcd;

import dev.incumbent.embedded.etcd.internal.server.EtcdMember;
import dev.incumbent.embedded.etcd.internal.server.Identity;
import dev.incumbent.embedded.etcd.internal.store.CommandBytes;
import dev.incumbent.embedded.etcd.internal.store.EtcdMachine;
import dev.incumbent.embedded.etcd.internal.store.Reply;
import dev.incumbent.embedded.etcd.wire.command.Command;
import dev.incumbent.embedded.members.SharedThreads;
import dev.incumbent.embedded.raft.RaftCluster;
import dev.incumbent.embedded.raft.RaftClusters;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A cluster of etcd nodes in this JVM that speaks etcd's v3 API and whose nodes and links can be faulted.
 *
 * <pre>{@code
 * try (EmbeddedEtcd etcd = EmbeddedEtcd.start(3)) {
 *     connect(etcd.endpoints());
 *     etcd.kill(etcd.awaitLeader(Duration.ofSeconds(5)));
 * }
 * }</pre>
 *
 * <p>Nodes are numbered from 1, and each serves gRPC and HTTP ({@code /health}, {@code /version}) on one port of 127.0.0.1,
 * which it keeps through kill and restart.
 *
 * <h2>Guarantees</h2>
 * What a write acknowledged is in the logs of a majority, on disk. Reads go through a majority unless the client asked for a
 * serializable one. Watches see whole revisions, in order, each once. Leases are renewed by a leader only after a majority
 * confirmed it.
 *
 * <h2>Does not guarantee</h2>
 * Anything that production needs: all nodes share one JVM, one machine and one disk. Members cannot be added or removed, and
 * snapshots cannot be taken by clients.
 *
 * <p>Thread-safe. {@link #close()} is idempotent and bounded.
 */
public final class EmbeddedEtcd implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedEtcd.class);
    private static final AtomicInteger INSTANCES = new AtomicInteger();
    private static final Duration PORT_PATIENCE = Duration.ofSeconds(5);
    private static final Duration EXPIRY_PATIENCE = Duration.ofSeconds(10);

    private final SharedThreads threads;
    private final List<EtcdMember> members = new ArrayList<>();
    private final Object lifecycle = new Object();
    private final Set<Integer> paused = new HashSet<>();
    private @Nullable RaftCluster<EtcdMachine, Command, Reply> raft;
    private boolean closed;

    private EmbeddedEtcd(String name) {
        threads = new SharedThreads(name);
    }

    /** A cluster with the default settings, running; see {@link EmbeddedEtcdBuilder}. */
    public static EmbeddedEtcd start(int nodes) {
        return builder().nodes(nodes).start();
    }

    /** Settings with their defaults: three nodes, durable, in a temporary directory, on free ports. */
    public static EmbeddedEtcdBuilder builder() {
        return new EmbeddedEtcdBuilder();
    }

    static EmbeddedEtcd start(Settings settings) {
        EmbeddedEtcd cluster = new EmbeddedEtcd("embedded-etcd-" + INSTANCES.incrementAndGet());
        try {
            cluster.startAll(settings);
            return cluster;
        } catch (IOException e) {
            cluster.close();
            throw new EmbeddedEtcdException("the cluster does not start", e);
        } catch (RuntimeException | Error e) {
            cluster.close();
            throw e;
        }
    }

    private void startAll(Settings settings) throws IOException {
        LOG.warn(
                "Starting {} embedded etcd node(s): for tests, demos and first steps, not for production",
                settings.nodes());
        Identity identity = settings.directory().isPresent()
                ? ClusterIds.of(settings.directory().get(), settings.nodes())
                : ClusterIds.drawn(settings.nodes());
        EtcdMember.Shared shared = new EtcdMember.Shared(identity, settings.serving(), threads, this::endpoints);
        RaftClusters.Builder<EtcdMachine, Command, Reply> builder = RaftClusters.builder(
                        new CommandBytes(), number -> new EtcdMachine())
                .name("etcd")
                .nodes(settings.nodes())
                .heartbeat(settings.heartbeat())
                .electionTimeout(settings.serving().electionTimeout())
                .requestTimeout(settings.serving().requestTimeout())
                .snapshotEvery(settings.snapshotEvery())
                .fsync(settings.fsync());
        settings.directory().ifPresent(builder::directory);
        RaftCluster<EtcdMachine, Command, Reply> started = builder.start();
        raft = started;
        for (int number = 1; number <= settings.nodes(); number++) {
            members.add(new EtcdMember(started.node(number), shared, settings.port(number)));
        }
        for (EtcdMember member : members) {
            member.open();
        }
        awaitLeader(settings.startTimeout());
        LOG.info("Embedded etcd serves at {}", String.join(",", endpoints()));
    }

    // ---- where and who

    /** Addresses of all nodes in the order of their numbers, e.g. {@code http://127.0.0.1:34567}; with TLS {@code https}. */
    public List<String> endpoints() {
        return members.stream().map(EtcdMember::endpoint).toList();
    }

    /** Address of one node. */
    public String endpoint(int node) {
        return member(node).endpoint();
    }

    /** How many nodes there are, running or not; their numbers are 1 to this. */
    public int size() {
        return members.size();
    }

    /** Numbers of all nodes, running or not. */
    public List<Integer> nodes() {
        return IntStream.rangeClosed(1, size()).boxed().toList();
    }

    /** Nodes that were not killed. */
    public List<Integer> runningNodes() {
        return nodes().stream().filter(this::isRunning).toList();
    }

    private boolean isRunning(int node) {
        return raft().node(node).status().up();
    }

    /** The node that leads with a majority behind it, if there is one at this moment. */
    public OptionalInt leader() {
        return raft().leader();
    }

    /** The nodes that run and do not lead. */
    public List<Integer> followers() {
        int leader = leader().orElse(0);
        return runningNodes().stream().filter(node -> node != leader).toList();
    }

    /**
     * Waits until a node leads with a majority behind it.
     *
     * @throws EmbeddedEtcdException if none does in time
     */
    public int awaitLeader(Duration timeout) {
        await("a leader", timeout, () -> leader().isPresent());
        return leader().orElseGet(() -> awaitLeader(timeout));
    }

    /**
     * Waits until a node leads and every node that was not killed knows of it and has caught up with it.
     *
     * @throws EmbeddedEtcdException if that does not happen in time
     */
    public void awaitServing(Duration timeout) {
        await("all running nodes", timeout, () -> {
            OptionalInt leader = leader();
            if (leader.isEmpty()) {
                return false;
            }
            long committed = raft().node(leader.getAsInt()).status().committed();
            return runningNodes().stream().allMatch(node -> {
                var status = raft().node(node).status();
                return status.leader().equals(leader) && status.applied() >= committed;
            });
        });
    }

    private static void await(String what, Duration timeout, BooleanSupplier condition) {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!condition.getAsBoolean()) {
            if (deadline - System.nanoTime() < 0) {
                throw new EmbeddedEtcdException("waited " + timeout + " for " + what + " in vain");
            }
            try {
                TimeUnit.MILLISECONDS.sleep(2);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new EmbeddedEtcdException("interrupted while waiting for " + what, e);
            }
        }
    }

    // ---- nodes

    /**
     * Ends a node as {@code kill -9} would: its connections are reset, its port refuses, nothing is flushed. Does nothing if
     * it does not run.
     */
    public void kill(int node) {
        synchronized (lifecycle) {
            EtcdMember victim = member(node);
            if (isRunning(node)) {
                victim.cutClients();
                raft().kill(node);
                victim.shut();
                paused.remove(node);
            }
        }
    }

    /**
     * Starts a killed node again from its directory, on the port that it had; returns before it has caught up, see
     * {@link #awaitServing}. Links that are faulted stay so. Does nothing if it runs.
     *
     * @throws EmbeddedEtcdException if somebody else took the port meanwhile
     */
    public void restart(int node) {
        synchronized (lifecycle) {
            if (closed || isRunning(node)) {
                return;
            }
            raft().restart(node);
            openAgain(member(node));
        }
    }

    private static void openAgain(EtcdMember member) {
        long deadline = System.nanoTime() + PORT_PATIENCE.toNanos();
        while (true) {
            try {
                member.open();
                return;
            } catch (IOException taken) {
                if (deadline - System.nanoTime() < 0) {
                    throw new EmbeddedEtcdException("no port at " + member.endpoint(), taken);
                }
                try {
                    TimeUnit.MILLISECONDS.sleep(20);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new EmbeddedEtcdException("interrupted while opening " + member.endpoint(), e);
                }
            }
        }
    }

    /**
     * Freezes a node, as SIGSTOP would: clients can connect, nothing is answered, nothing happens there. Its clocks go on.
     * Does nothing if it is frozen or does not run.
     */
    public void pause(int node) {
        synchronized (lifecycle) {
            if (isRunning(node) && paused.add(node)) {
                member(node).hold();
                raft().pause(node);
            }
        }
    }

    /** Lets a frozen node go on; what clients sent meanwhile is read now. */
    public void resume(int node) {
        synchronized (lifecycle) {
            member(node);
            if (paused.remove(node)) {
                raft().resume(node);
                member(node).release();
            }
        }
    }

    // ---- links between nodes

    /** Drops everything that is sent from one node to another. */
    public void cut(int from, int to) {
        raft().cut(member(from, to), to);
    }

    /** Cuts a node off from all others, both ways. Its clients stay connected to it. */
    public void isolate(int node) {
        member(node);
        raft().isolate(node);
    }

    /** Delays everything that is sent from one node to another; zero ends it. */
    public void slow(int from, int to, Duration delay) {
        raft().slow(member(from, to), to, delay);
    }

    /** Ends all faults of links, those of clients too, and all pauses. Killed nodes stay down. */
    public void heal() {
        raft().heal();
        nodes().forEach(node -> {
            resume(node);
            member(node).admitClients();
        });
    }

    // ---- links of clients

    /** Resets the connections of all clients of a node, and new ones, until {@link #admitClients} or {@link #heal}. */
    public void cutClients(int node) {
        member(node).cutClients();
    }

    /** Ends {@link #cutClients}. */
    public void admitClients(int node) {
        member(node).admitClients();
    }

    // ---- leases

    /**
     * Expires a lease as the leader does when its time is up, and waits until it is gone there.
     *
     * @throws EmbeddedEtcdException if no node leads, or it is not gone within ten seconds
     */
    public void expireLease(long id) {
        long deadline = System.nanoTime() + EXPIRY_PATIENCE.toNanos();
        await("lease " + Long.toHexString(id) + " to expire", EXPIRY_PATIENCE, () -> {
            EtcdMember leader = member(awaitLeader(Duration.ofNanos(Math.max(1, deadline - System.nanoTime()))));
            try {
                return leader.expireLease(id).join() && !leader.hasLease(id).join();
            } catch (CompletionException leaderChanged) {
                return false;
            }
        });
    }

    private EtcdMember member(int node) {
        if (node < 1 || node > members.size()) {
            throw new IllegalArgumentException("no node " + node + " among " + nodes());
        }
        return members.get(node - 1);
    }

    private int member(int from, int to) {
        member(from);
        member(to);
        return from;
    }

    private RaftCluster<EtcdMachine, Command, Reply> raft() {
        RaftCluster<EtcdMachine, Command, Reply> running = raft;
        if (running == null || closed) {
            throw new EmbeddedEtcdException("the cluster is closed");
        }
        return running;
    }

    @Override
    public void close() {
        synchronized (lifecycle) {
            if (closed) {
                return;
            }
            closed = true;
            members.forEach(EtcdMember::shut);
            members.forEach(EtcdMember::releasePort);
            if (raft != null) {
                raft.close();
            }
            threads.close();
        }
    }

    @Override
    public String toString() {
        return "EmbeddedEtcd[" + String.join(",", endpoints()) + "]";
    }
}
