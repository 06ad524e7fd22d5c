package dev.incumbent.embedded.consul;

import dev.incumbent.embedded.consul.internal.server.Cluster;
import dev.incumbent.embedded.consul.internal.server.ConsulMember;
import dev.incumbent.embedded.consul.internal.store.Command;
import dev.incumbent.embedded.consul.internal.store.CommandBytes;
import dev.incumbent.embedded.consul.internal.store.ConsulMachine;
import dev.incumbent.embedded.consul.internal.store.Reply;
import dev.incumbent.embedded.members.SharedThreads;
import dev.incumbent.embedded.raft.RaftCluster;
import dev.incumbent.embedded.raft.RaftClusters;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A cluster of Consul servers in this JVM that speaks Consul's HTTP API and whose nodes and links can be faulted.
 *
 * <pre>{@code
 * try (EmbeddedConsul consul = EmbeddedConsul.start(3)) {
 *     connect(consul.httpEndpoints());
 *     consul.kill(consul.awaitLeader(Duration.ofSeconds(5)));
 * }
 * }</pre>
 *
 * <p>Nodes are numbered from 1, and each serves HTTP on one port of 127.0.0.1, which it keeps through kill and restart. There are
 * keys ({@code /v1/kv}), Txns on them, sessions, blocking queries, status, and as much of agent, catalog and health as tells which
 * servers there are. It behaves as Consul 1.8.7 was seen to.
 *
 * <h2>Guarantees</h2>
 * What a write acknowledged is in the logs of a majority, on disk. Reads go through a majority unless the client asked for a stale
 * one: by default as well as with {@code ?consistent}, while a real Consul trusts its leader's lease by default. A session is never
 * ended before its time, counted from the last renewal that was answered; a new leader gives each its whole time anew.
 *
 * <h2>Does not guarantee</h2>
 * Anything that production needs: all nodes share one JVM, one machine and one disk. Services and checks cannot be registered, and
 * there are no DNS, gossip, Connect, prepared queries, events, snapshots or namespaces.
 *
 * <p>Thread-safe. {@link #close()} is idempotent and bounded.
 */
public final class EmbeddedConsul implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedConsul.class);
    private static final AtomicInteger INSTANCES = new AtomicInteger();
    private static final Duration PORT_PATIENCE = Duration.ofSeconds(5);
    private static final Duration EXPIRY_PATIENCE = Duration.ofSeconds(10);

    private final SharedThreads threads;
    private final List<ConsulMember> members = new CopyOnWriteArrayList<>();
    private final Object lifecycle = new Object();
    private final Set<Integer> paused = new HashSet<>();
    private volatile @Nullable RaftCluster<ConsulMachine, Command, Reply> raft;
    private List<String> ids = List.of();
    private String nodeName = "";
    private volatile boolean closed;

    private EmbeddedConsul(String name) {
        threads = new SharedThreads(name);
    }

    /** A cluster with the default settings, running; see {@link EmbeddedConsulBuilder}. */
    public static EmbeddedConsul start(int nodes) {
        return builder().nodes(nodes).start();
    }

    /** Settings with their defaults: three nodes, durable, in a temporary directory, on free ports. */
    public static EmbeddedConsulBuilder builder() {
        return new EmbeddedConsulBuilder();
    }

    static EmbeddedConsul start(Settings settings) {
        EmbeddedConsul cluster = new EmbeddedConsul("embedded-consul-" + INSTANCES.incrementAndGet());
        try {
            cluster.startAll(settings);
            return cluster;
        } catch (IOException e) {
            cluster.close();
            throw new EmbeddedConsulException("the cluster does not start", e);
        } catch (RuntimeException | Error e) {
            cluster.close();
            throw e;
        }
    }

    private void startAll(Settings settings) throws IOException {
        LOG.warn(
                "Starting {} embedded Consul node(s): for tests, demos and first steps, not for production",
                settings.nodes());
        ids = settings.directory().isPresent()
                ? NodeIds.of(settings.directory().get(), settings.nodes())
                : NodeIds.drawn(settings.nodes());
        nodeName = settings.nodeName();
        ConsulMember.Shared shared = new ConsulMember.Shared(settings.serving(), threads, new Members());
        RaftClusters.Builder<ConsulMachine, Command, Reply> builder = RaftClusters.builder(
                        new CommandBytes(), number -> new ConsulMachine())
                .name("consul")
                .nodes(settings.nodes())
                .heartbeat(settings.heartbeat())
                .electionTimeout(settings.serving().electionTimeout())
                .requestTimeout(settings.serving().hold())
                .snapshotEvery(settings.snapshotEvery())
                .fsync(settings.fsync());
        settings.directory().ifPresent(builder::directory);
        RaftCluster<ConsulMachine, Command, Reply> started = builder.start();
        raft = started;
        for (int number = 1; number <= settings.nodes(); number++) {
            members.add(new ConsulMember(started.node(number), shared, settings.port(number)));
        }
        for (ConsulMember member : members) {
            member.open();
        }
        awaitServing(settings.startTimeout());
        await("all nodes to be registered", settings.startTimeout(), () -> members.stream()
                .allMatch(member -> member.knowsAll().join()));
        LOG.info("Embedded Consul serves at {}", String.join(",", httpEndpoints()));
    }

    // ---- where and who

    /** Addresses of all nodes in the order of their numbers, e.g. {@code http://127.0.0.1:34567}; with TLS {@code https}. */
    public List<String> httpEndpoints() {
        return members.stream().map(ConsulMember::endpoint).toList();
    }

    /** Address of one node. */
    public String endpoint(int node) {
        return member(node).endpoint();
    }

    /** What a node is called in the catalog, and in the sessions that are created through it. */
    public String nodeName(int node) {
        return nodeName + "-" + node;
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
     * @throws EmbeddedConsulException if none does in time
     */
    public int awaitLeader(Duration timeout) {
        await("a leader", timeout, () -> leader().isPresent());
        return leader().orElseGet(() -> awaitLeader(timeout));
    }

    /**
     * Waits until a node leads and every node that was not killed knows of it and has caught up with it.
     *
     * @throws EmbeddedConsulException if that does not happen in time
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
                throw new EmbeddedConsulException("waited " + timeout + " for " + what + " in vain");
            }
            try {
                TimeUnit.MILLISECONDS.sleep(2);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new EmbeddedConsulException("interrupted while waiting for " + what, e);
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
            ConsulMember victim = member(node);
            // Also of a node that stopped by itself, since its disk failed: its port is still open.
            victim.cutClients();
            raft().kill(node);
            victim.shut();
            paused.remove(node);
        }
    }

    /**
     * Starts a killed node again from its directory, on the port that it had; returns before it has caught up, see
     * {@link #awaitServing}. Links that are faulted stay so. Does nothing if it runs.
     *
     * @throws EmbeddedConsulException if somebody else took the port meanwhile
     */
    public void restart(int node) {
        synchronized (lifecycle) {
            if (closed || isRunning(node)) {
                return;
            }
            ConsulMember member = member(node);
            member.shut();
            raft().restart(node);
            try {
                openAgain(member);
            } catch (EmbeddedConsulException noPort) {
                raft().kill(node);
                throw noPort;
            }
        }
    }

    private static void openAgain(ConsulMember member) {
        long deadline = System.nanoTime() + PORT_PATIENCE.toNanos();
        while (true) {
            try {
                member.open();
                return;
            } catch (IOException taken) {
                if (deadline - System.nanoTime() < 0) {
                    throw new EmbeddedConsulException("no port at " + member.endpoint(), taken);
                }
                try {
                    TimeUnit.MILLISECONDS.sleep(20);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new EmbeddedConsulException("interrupted while opening " + member.endpoint(), e);
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

    // ---- sessions and queries

    /**
     * Ends a session as the leader does when its time is up, with its lock-delay, and waits until it is gone there; also one
     * without a time to live.
     *
     * @param id the session
     * @throws EmbeddedConsulException if no node leads, or it is not gone within ten seconds
     */
    public void expireSession(String id) {
        long deadline = System.nanoTime() + EXPIRY_PATIENCE.toNanos();
        await("session " + id + " to expire", EXPIRY_PATIENCE, () -> {
            ConsulMember leader = member(awaitLeader(Duration.ofNanos(Math.max(1, deadline - System.nanoTime()))));
            try {
                return leader.expireSession(id).join() && !leader.hasSession(id).join();
            } catch (CompletionException leaderChanged) {
                return false;
            }
        });
    }

    /** How many blocking queries are parked at a node at this moment; of use to tests that must not leave any. */
    public int parkedQueries(int node) {
        return member(node).parkedQueries();
    }

    /** What the members know of each other. */
    private final class Members implements Cluster {

        @Override
        public List<Integer> numbers() {
            return nodes();
        }

        @Override
        public String name(int number) {
            return nodeName(number);
        }

        @Override
        public String id(int number) {
            return ids.get(number - 1);
        }

        @Override
        public int port(int number) {
            return member(number).port();
        }

        @Override
        public boolean up(int number) {
            RaftCluster<ConsulMachine, Command, Reply> running = raft;
            return running != null && running.node(number).status().up();
        }
    }

    private ConsulMember member(int node) {
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

    /** Seen by tests, which stop nodes behind the back of this class. */
    RaftCluster<ConsulMachine, Command, Reply> raft() {
        RaftCluster<ConsulMachine, Command, Reply> running = raft;
        if (running == null || closed) {
            throw new EmbeddedConsulException("the cluster is closed");
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
            members.forEach(ConsulMember::shut);
            members.forEach(ConsulMember::releasePort);
            if (raft != null) {
                raft.close();
            }
            threads.close();
        }
    }

    @Override
    public String toString() {
        return "EmbeddedConsul[" + String.join(",", httpEndpoints()) + "]";
    }
}
