package dev.incumbent.embedded.zookeeper;

import static java.util.stream.Collectors.joining;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.server.DataNode;
import org.apache.zookeeper.server.ZKDatabase;
import org.apache.zookeeper.server.ZooKeeperServer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An ensemble of real ZooKeeper servers in this JVM whose nodes can be killed and whose links can be faulted.
 *
 * <p>Nodes are numbered from 1. Clients and members reach each node through a proxy whose port never changes; a fault
 * acts there, so that both ends run ZooKeeper's own unchanged code. {@link #directConnectString()} goes around the
 * proxies, for benchmarks.
 *
 * <p>Not for production: all nodes share one JVM, by default nothing is forced to disk, and everything listens on
 * 127.0.0.1 only. ZooKeeper reads some settings from system properties ({@code zookeeper.forceSync},
 * {@code zookeeper.extendedTypesEnabled} and others); starting an ensemble sets them for the JVM.
 *
 * <p>Thread-safe. {@link #close()} is idempotent and bounded, and ends every thread; some of ZooKeeper's are not daemons,
 * so an ensemble that is never closed keeps the JVM alive.
 */
public final class EmbeddedZooKeeper implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedZooKeeper.class);
    private static final AtomicInteger INSTANCES = new AtomicInteger();
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(10);

    private final Settings settings;
    private final Path directory;
    private final boolean temporary;
    private final ProxyLoop loop;
    private final List<Node> nodes = new ArrayList<>();
    private final List<ClientLink> shared = new ArrayList<>();
    private final List<ClientLink> links = new CopyOnWriteArrayList<>();
    private final List<ClientLink> secure = new ArrayList<>();
    private final QuorumLinks quorum;
    private final @Nullable TlsFiles tls;
    private final @Nullable Sasl sasl;
    /** Pauses of whole nodes; for the loop's thread only. */
    private final Map<Node, Flow> imposed = new HashMap<>();

    private final Object lifecycle = new Object();
    private boolean closed;

    private EmbeddedZooKeeper(Settings settings) {
        this.settings = settings;
        this.tls = settings.tls() ? Tls.acquire() : null;
        this.sasl = settings.saslUsers().isEmpty() ? null : new Sasl(settings.saslUsers());
        Path given = settings.directory();
        this.temporary = given == null;
        this.directory = given == null ? TempFiles.directory("embedded-zookeeper-") : given;
        this.loop = new ProxyLoop("embedded-zookeeper-links-" + INSTANCES.incrementAndGet());
        JvmSettings jvm = new JvmSettings(settings.durable(), settings.tls(), sasl);
        for (int id = 1; id <= settings.nodes(); id++) {
            nodes.add(new Node(id, directory.resolve("node-" + id), settings, jvm));
        }
        this.quorum = new QuorumLinks(loop, nodes);
    }

    /** An ensemble with the default settings, running; see {@link EmbeddedZooKeeperBuilder}. */
    public static EmbeddedZooKeeper start(int nodes) {
        return builder().nodes(nodes).start();
    }

    /** Settings with their defaults: three nodes, ticks of 200 ms, nothing forced to disk, a temporary directory. */
    public static EmbeddedZooKeeperBuilder builder() {
        return new EmbeddedZooKeeperBuilder();
    }

    static EmbeddedZooKeeper start(Settings settings) {
        EmbeddedZooKeeper ensemble = new EmbeddedZooKeeper(settings);
        try {
            ensemble.startAll();
            return ensemble;
        } catch (RuntimeException | Error e) {
            ensemble.close();
            throw e;
        }
    }

    private void startAll() {
        LOG.warn(
                "Starting {} embedded ZooKeeper node(s) in {}: for tests and demos, not for production",
                nodes.size(),
                directory);
        loop.start();
        synchronized (lifecycle) {
            quorum.open();
            for (Node node : nodes) {
                shared.add(link(List.of(node), true));
                if (settings.tls()) {
                    secure.add(link(List.of(node), false));
                }
            }
            nodes.forEach(node -> node.start(quorum.peersOf(node)));
        }
        awaitServing(settings.startTimeout());
        LOG.info("Embedded ZooKeeper serves at {}", connectString());
    }

    // ---- where and who

    /** Addresses of all nodes, through their links. */
    public String connectString() {
        return shared.stream().map(ClientLink::connectString).collect(joining(","));
    }

    /** Address of one node, through its link. */
    public String connectString(int node) {
        return clientLink(node).connectString();
    }

    /**
     * Addresses of all running nodes past the links: no fault but a kill touches them. They may change when a node is
     * restarted.
     */
    public String directConnectString() {
        return nodes.stream()
                .filter(Node::isRunning)
                .map(node -> Node.HOST + ":" + node.clientPort())
                .collect(joining(","));
    }

    /** Address of one running node past its link. */
    public String directConnectString(int node) {
        return Node.HOST + ":" + node(node).clientPort();
    }

    /**
     * Addresses of all nodes for TLS, through links; their messages cannot be told apart there.
     *
     * @throws IllegalStateException if the ensemble was started without TLS
     */
    public String secureConnectString() {
        tlsFiles();
        return secure.stream().map(ClientLink::connectString).collect(joining(","));
    }

    /**
     * The keys of this ensemble.
     *
     * @throws IllegalStateException if the ensemble was started without TLS
     */
    public TlsFiles tlsFiles() {
        if (tls == null) {
            throw new IllegalStateException("started without tls(true)");
        }
        return tls;
    }

    /** What a client needs for {@link #secureConnectString()}, with the client's key of {@link #tlsFiles()}. */
    public ZKClientConfig tlsClientConfig() {
        return Tls.clientConfig(tlsFiles());
    }

    /**
     * What a client needs to log in by SASL.
     *
     * @throws IllegalArgumentException if there is no such user
     */
    public ZKClientConfig saslClientConfig(String user) {
        if (sasl == null) {
            throw new IllegalArgumentException("started without SASL users, so there is no " + user);
        }
        return sasl.clientConfig(user);
    }

    /** Numbers of all nodes, running or not. */
    public List<Integer> nodes() {
        return nodes.stream().map(Node::id).toList();
    }

    /** Nodes that were not killed. */
    public List<Integer> runningNodes() {
        return nodes.stream().filter(Node::isRunning).map(Node::id).toList();
    }

    /**
     * The node that leads, by its own belief; of two that believe it (one of them cut off) the one of the newer epoch.
     *
     * @throws EmbeddedZooKeeperException if none does at this moment; see {@link #awaitQuorum}
     */
    public int leader() {
        Node leader = leadingNode();
        if (leader == null) {
            throw new EmbeddedZooKeeperException("no node leads at this moment");
        }
        return leader.id();
    }

    /** The nodes that serve clients and do not lead. */
    public List<Integer> followers() {
        int leader = leader();
        return nodes.stream()
                .filter(node -> node.id() != leader && node.isServing())
                .map(Node::id)
                .toList();
    }

    private @Nullable Node leadingNode() {
        return nodes.stream()
                .filter(Node::isLeading)
                .max(Comparator.comparingLong(Node::epoch))
                .orElse(null);
    }

    /** Whether the node serves clients at this moment: it runs, and is or follows a leader. */
    public boolean isServing(int node) {
        return node(node).isServing();
    }

    /**
     * Waits until one node leads and more than half of all nodes serve.
     *
     * @throws EmbeddedZooKeeperException if that does not happen in time
     */
    public void awaitQuorum(Duration timeout) {
        await(
                "a quorum",
                timeout,
                () -> leadingNode() != null
                        && nodes.stream().filter(Node::isServing).count() > nodes.size() / 2);
    }

    /**
     * Waits until one node leads and every node that was not killed serves.
     *
     * @throws EmbeddedZooKeeperException if that does not happen in time
     */
    public void awaitServing(Duration timeout) {
        await(
                "all running nodes",
                timeout,
                () -> leadingNode() != null
                        && nodes.stream().filter(Node::isRunning).allMatch(Node::isServing));
    }

    /**
     * Waits until a node no longer serves: it was cut off and has noticed, or it was killed.
     *
     * @throws EmbeddedZooKeeperException if that does not happen in time
     */
    public void awaitNotServing(int node, Duration timeout) {
        await("node " + node + " to stop serving", timeout, () -> !isServing(node));
    }

    private void await(String what, Duration timeout, BooleanSupplier condition) {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!condition.getAsBoolean()) {
            restartNodesThatLostTheirPorts();
            if (deadline - System.nanoTime() < 0) {
                throw new EmbeddedZooKeeperException("waited " + timeout + " for " + what + " in vain; serving: "
                        + nodes.stream().filter(Node::isServing).map(Node::id).toList() + " of " + nodes());
            }
            pause();
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(5);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EmbeddedZooKeeperException("interrupted while waiting", e);
        }
    }

    private void restartNodesThatLostTheirPorts() {
        for (Node node : nodes) {
            if (node.isRunning() && node.lostItsPorts()) {
                synchronized (lifecycle) {
                    LOG.info("Node {} moves to other ports", node.id());
                    node.stop(STOP_PATIENCE);
                    node.moveToFreePorts();
                    node.start(quorum.peersOf(node));
                }
            }
        }
    }

    // ---- nodes

    /**
     * Ends a node abruptly: its links are reset first, so that nothing it does while it stops is seen by a client or a
     * member, and no session is closed. What a process kill does beyond this cannot be done inside one JVM: transactions
     * that the node had received but not yet written are still written to its log.
     *
     * <p>Returns when the node's threads have ended. Does nothing if it does not run.
     */
    public void kill(int node) {
        synchronized (lifecycle) {
            Node victim = node(node);
            loop.run(() -> {
                linksOf(victim).forEach(proxy -> proxy.imposeRefusal(true));
                quorum.proxiesOf(victim).forEach(proxy -> proxy.imposeRefusal(true));
            });
            victim.stop(STOP_PATIENCE);
        }
    }

    /**
     * Starts a killed node again from its directory; returns before it has caught up, see {@link #awaitServing}.
     * Links that are faulted stay so. Does nothing if it runs.
     */
    public void restart(int node) {
        synchronized (lifecycle) {
            Node fallen = node(node);
            if (!closed && !fallen.isRunning()) {
                fallen.start(quorum.peersOf(fallen));
                loop.run(() -> {
                    linksOf(fallen).forEach(proxy -> proxy.imposeRefusal(false));
                    quorum.readmit(fallen);
                });
            }
        }
    }

    /**
     * Stops all bytes from and to a node, of clients and of members; nothing is closed. What a long pause of its
     * process looks like from outside; the node itself goes on and may notice that it hears nothing.
     */
    public void pause(int node) {
        impose(node(node), Flow.HOLD);
    }

    /** Ends a {@link #pause}: what waited is delivered in order. */
    public void resume(int node) {
        impose(node(node), Flow.OPEN);
    }

    private void impose(Node node, Flow flow) {
        loop.run(() -> {
            imposed.put(node, flow);
            linksOf(node).forEach(proxy -> proxy.impose(flow));
            quorum.impose(imposed);
        });
    }

    // ---- links between members

    /** Lets bytes between two members vanish, both ways; nobody is told. */
    public void partition(int one, int other) {
        partitionOneWay(one, other);
        partitionOneWay(other, one);
    }

    /** Lets bytes vanish that travel from one member to another; those of the other direction pass. */
    public void partitionOneWay(int from, int to) {
        quorum.set(node(from), node(to), Flow.DROP);
    }

    /** Holds bytes that travel from one member to another, until {@link #releaseQuorum} or {@link #heal}. */
    public void holdQuorum(int from, int to) {
        quorum.set(node(from), node(to), Flow.HOLD);
    }

    /** Delivers what {@link #holdQuorum} holds; also ends a one-way partition. */
    public void releaseQuorum(int from, int to) {
        quorum.set(node(from), node(to), Flow.OPEN);
    }

    /** Resets connections between two members, and new ones: both notice at once. */
    public void cutQuorum(int one, int other) {
        quorum.refuse(node(one), node(other), true);
    }

    /** Lets bytes between a member and all others vanish, both ways. Its clients stay connected to it. */
    public void isolate(int node) {
        nodes().stream().filter(other -> other != node).forEach(other -> partition(node, other));
    }

    /** Ends all faults of all links, pauses included. Killed nodes stay down. */
    public void heal() {
        nodes().forEach(this::resume);
        quorum.heal();
        links.forEach(ClientLink::heal);
    }

    // ---- links of clients, all those that lead to a node

    /** Resets the connections of all clients of a node, and new ones, on every link that leads there. */
    public void cutClients(int node) {
        loop.run(() -> linksOf(node(node)).forEach(proxy -> proxy.refuse(true)));
    }

    /** Holds what a node sends to its clients, on every link that leads there. */
    public void holdReplies(int node) {
        setClients(node, Direction.TO_CLIENT, Flow.HOLD);
    }

    /** Holds what clients send to a node, on every link that leads there. */
    public void holdRequests(int node) {
        setClients(node, Direction.TO_SERVER, Flow.HOLD);
    }

    /** Ends the faults of all client links that lead to a node; what was held is delivered. */
    public void healClients(int node) {
        loop.run(() -> linksOf(node(node)).forEach(proxy -> proxy.refuse(false)));
        setClients(node, Direction.TO_SERVER, Flow.OPEN);
        setClients(node, Direction.TO_CLIENT, Flow.OPEN);
    }

    private void setClients(int node, Direction direction, Flow flow) {
        loop.run(() -> linksOf(node(node)).forEach(proxy -> proxy.set(direction, flow)));
    }

    // ---- sessions and counts

    /**
     * Expires a session as the leader does when its time is up: the leader marks it closing and commits the closing
     * transaction. Returns when the leader has applied it; a connected client learns of it when it reconnects.
     *
     * @throws EmbeddedZooKeeperException if no node leads, or the leader did not apply it within ten seconds
     */
    public void expireSession(long sessionId) {
        ZooKeeperServer server = leadingServer();
        ZKDatabase data = server.getZKDatabase();
        // A follower may have answered for a node that the leader itself has not applied yet.
        long proposed = server.getZxid();
        await(
                "the leader to apply what it proposed",
                Duration.ofSeconds(10),
                () -> data.getDataTreeLastProcessedZxid() >= proposed);
        Set<String> ephemerals = Set.copyOf(data.getDataTree().getEphemerals(sessionId));
        server.getSessionTracker().setSessionClosing(sessionId);
        server.expire(sessionId);
        // The session leaves the leader's list a moment before its nodes leave the tree.
        await(
                "session 0x" + Long.toHexString(sessionId) + " to be closed",
                Duration.ofSeconds(10),
                () -> !data.getSessions().contains(sessionId)
                        && ephemerals.stream().noneMatch(path -> owns(sessionId, data.getNode(path))));
    }

    private static boolean owns(long sessionId, @Nullable DataNode node) {
        return node != null && node.stat.getEphemeralOwner() == sessionId;
    }

    /**
     * The newest transaction that the leader has applied: epoch in the upper 32 bits, counter in the lower. Within one
     * epoch the difference of two readings is the number of committed transactions: writes, whether they succeeded or
     * failed, and the opening and closing of sessions.
     */
    public long lastZxid() {
        return leadingServer().getZKDatabase().getDataTreeLastProcessedZxid();
    }

    private ZooKeeperServer leadingServer() {
        Node leader = leadingNode();
        ZooKeeperServer server = leader == null ? null : leader.server();
        if (server == null) {
            throw new EmbeddedZooKeeperException("no node leads at this moment");
        }
        return server;
    }

    /** What passed all client links since the start. */
    public RequestCounts requestCounts() {
        return links.stream().map(ClientLink::requestCounts).reduce(RequestCounts.NONE, RequestCounts::plus);
    }

    // ---- client links

    /** The link behind {@link #connectString(int)}, shared by all clients that use that address. */
    public ClientLink clientLink(int node) {
        return shared.get(node(node).id() - 1);
    }

    /** The link behind one node's part of {@link #secureConnectString()}. */
    public ClientLink secureClientLink(int node) {
        tlsFiles();
        return secure.get(node(node).id() - 1);
    }

    /**
     * A new link with addresses of its own, for a client that is to be faulted alone.
     *
     * @param nodeNumbers the nodes it leads to; all if none is named
     */
    public ClientLink newClientLink(int... nodeNumbers) {
        List<Node> chosen = new ArrayList<>();
        for (int number : nodeNumbers) {
            chosen.add(node(number));
        }
        return link(chosen.isEmpty() ? nodes : chosen, true);
    }

    private ClientLink link(List<Node> ends, boolean plain) {
        Map<Node, Proxy> proxies = new LinkedHashMap<>();
        ClientLink[] self = new ClientLink[1];
        for (Node node : ends) {
            Proxy.Kind kind = plain ? Proxy.Kind.CLIENTS : Proxy.Kind.SECURE_CLIENTS;
            IntSupplier port = plain ? node::clientPort : node::secureClientPort;
            proxies.put(node, new Proxy(loop, "clients to node " + node.id(), kind, port, () -> {
                ClientLink link = self[0];
                if (link != null) {
                    link.changed();
                }
            }));
        }
        ClientLink link = new ClientLink(loop, proxies, links::remove);
        self[0] = link;
        loop.run(() -> {
            links.add(link);
            proxies.forEach((node, proxy) -> proxy.impose(imposed.getOrDefault(node, Flow.OPEN)));
        });
        return link;
    }

    Path directory() {
        return directory;
    }

    private List<Proxy> linksOf(Node node) {
        return links.stream().flatMap(link -> link.proxiesTo(node)).toList();
    }

    Node node(int number) {
        if (number < 1 || number > nodes.size()) {
            throw new IllegalArgumentException("no node " + number + " among " + nodes());
        }
        return nodes.get(number - 1);
    }

    @Override
    public void close() {
        synchronized (lifecycle) {
            if (closed) {
                return;
            }
            closed = true;
            loop.close();
            nodes.parallelStream().forEach(node -> node.stop(STOP_PATIENCE));
            nodes.forEach(Node::releasePorts);
            if (sasl != null) {
                sasl.close();
            }
            if (tls != null) {
                Tls.release();
            }
            if (temporary) {
                TempFiles.delete(directory);
            }
        }
    }

    @Override
    public String toString() {
        return "EmbeddedZooKeeper[" + connectString() + "]";
    }
}
