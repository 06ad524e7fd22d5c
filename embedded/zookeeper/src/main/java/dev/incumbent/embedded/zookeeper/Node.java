package dev.incumbent.embedded.zookeeper;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.apache.zookeeper.server.ZooKeeperServer;
import org.apache.zookeeper.server.quorum.QuorumPeer;
import org.apache.zookeeper.server.quorum.QuorumPeer.ServerState;
import org.apache.zookeeper.server.quorum.QuorumPeer.ZabState;
import org.apache.zookeeper.server.quorum.QuorumPeerConfig;
import org.apache.zookeeper.server.quorum.QuorumPeerConfig.ConfigException;
import org.apache.zookeeper.server.quorum.QuorumPeerMain;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One ZooKeeper server: its directory and ports, which outlive it, and the server that runs on them now, if any.
 *
 * <p>All its threads are daemons of one thread group, so that its end can be awaited and a server that is stuck can be
 * told from one that has ended. Starting and stopping is guarded by the ensemble.
 */
final class Node {

    static final String HOST = "127.0.0.1";

    private static final Logger LOG = LoggerFactory.getLogger(Node.class);
    private static final int BIND_ATTEMPTS = 5;
    private static final long START_SECONDS = 30;

    private final int id;
    private final Path directory;
    private final Settings settings;
    private final JvmSettings jvm;
    private volatile int quorumPort;
    private volatile int electionPort;
    private volatile int clientPort;
    private volatile int secureClientPort;
    private volatile @Nullable Running running;
    private volatile @Nullable IOException bindFailure;

    /** A server that was started and not stopped. */
    private record Running(Peer peer, ThreadGroup threads) {}

    Node(int id, Path directory, Settings settings, JvmSettings jvm) {
        this.id = id;
        this.directory = directory;
        this.settings = settings;
        this.jvm = jvm;
        pickPorts();
    }

    /** {@link #HOST} as four bytes: no name is looked up, and it is never the other protocol's loopback. */
    static InetSocketAddress address(int port) {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
        } catch (UnknownHostException e) {
            throw new AssertionError("four bytes are an address", e);
        }
    }

    int id() {
        return id;
    }

    int quorumPort() {
        return running == null ? 0 : quorumPort;
    }

    int electionPort() {
        return running == null ? 0 : electionPort;
    }

    int clientPort() {
        return running == null ? 0 : clientPort;
    }

    int secureClientPort() {
        return running == null ? 0 : secureClientPort;
    }

    boolean isRunning() {
        return running != null;
    }

    /** Whether another process took one of the ports that only a member in office binds. */
    boolean lostItsPorts() {
        return bindFailure != null;
    }

    @Nullable
    ZooKeeperServer server() {
        Running now = running;
        return now == null ? null : now.peer().getActiveServer();
    }

    boolean isServing() {
        Running now = running;
        ZooKeeperServer server = server();
        return now != null && server != null && server.isRunning() && now.peer().getZabState() == ZabState.BROADCAST;
    }

    boolean isLeading() {
        Running now = running;
        return isServing() && now != null && now.peer().getPeerState() == ServerState.LEADING;
    }

    long epoch() {
        Running now = running;
        try {
            return now == null ? -1 : now.peer().getCurrentEpoch();
        } catch (IOException e) {
            return -1;
        }
    }

    /**
     * Starts the server and returns when its ports listen, which is before it has found a quorum.
     *
     * @param peers the {@code server.N} lines of the other members, as this one is to reach them
     */
    void start(Map<String, String> peers) {
        bindFailure = null;
        for (int attempt = 1; ; attempt++) {
            try {
                startOnce(peers);
                return;
            } catch (BindException e) {
                if (attempt == BIND_ATTEMPTS) {
                    throw new EmbeddedZooKeeperException("node " + id + ": no free ports", e);
                }
                LOG.debug("node {}: ports {} {} were taken", id, quorumPort, electionPort, e);
                moveToFreePorts();
            } catch (IOException | ConfigException e) {
                throw new EmbeddedZooKeeperException("node " + id + " does not start", e);
            }
        }
    }

    private void startOnce(Map<String, String> peers) throws IOException, ConfigException {
        Path data = Files.createDirectories(directory.resolve("data"));
        Files.writeString(data.resolve("myid"), Integer.toString(id));
        ThreadGroup threads = new ThreadGroup("embedded-zookeeper-node-" + id);
        CompletableFuture<Peer> started = new CompletableFuture<>();
        jvm.beginStart();
        try {
            jvm.onExit(threads, code -> bindFailure = new BindException("the server gave up with exit code " + code));
            QuorumPeerConfig config = new QuorumPeerConfig();
            config.parseProperties(properties(data, peers));
            Thread main = new Thread(threads, () -> run(config, started), "embedded-zookeeper-node-" + id + "-main");
            main.setDaemon(true);
            main.start();
            running = new Running(await(started), threads);
        } finally {
            jvm.endStart();
        }
    }

    private void run(QuorumPeerConfig config, CompletableFuture<Peer> started) {
        QuorumPeerMain main = new QuorumPeerMain() {
            @Override
            protected QuorumPeer getQuorumPeer() throws javax.security.sasl.SaslException {
                Peer[] self = new Peer[1];
                self[0] = new Peer(() -> portsBound(self[0], started), failure -> bindFailure = failure);
                return self[0];
            }
        };
        try {
            main.runFromConfig(config);
        } catch (Exception e) {
            if (!started.completeExceptionally(e)) {
                LOG.warn("Node {} ended", id, e);
            }
        }
        started.completeExceptionally(new IOException("the server ended before it listened"));
    }

    private void portsBound(Peer peer, CompletableFuture<Peer> started) {
        clientPort = peer.getClientPort();
        secureClientPort = Math.max(0, peer.getSecureClientPort());
        Ports.reserved(clientPort);
        Ports.reserved(secureClientPort);
        started.complete(peer);
    }

    private Peer await(CompletableFuture<Peer> started) throws IOException {
        try {
            return started.get(START_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw new IOException(e.getCause());
        } catch (TimeoutException e) {
            throw new IOException("not listening after " + START_SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while starting", e);
        }
    }

    private Properties properties(Path data, Map<String, String> peers) {
        Properties properties = new Properties();
        properties.setProperty("dataDir", data.toAbsolutePath().toString());
        properties.setProperty("tickTime", Long.toString(settings.tickTime().toMillis()));
        properties.setProperty("initLimit", Integer.toString(settings.initLimit()));
        properties.setProperty("syncLimit", Integer.toString(settings.syncLimit()));
        properties.setProperty(
                "minSessionTimeout", Long.toString(settings.minSessionTimeout().toMillis()));
        properties.setProperty(
                "maxSessionTimeout", Long.toString(settings.maxSessionTimeout().toMillis()));
        properties.setProperty("maxClientCnxns", "0");
        // A single member runs as a quorum of one, so that leader, epochs and zxids mean the same everywhere.
        properties.setProperty("standaloneEnabled", "false");
        properties.setProperty("clientPort", Integer.toString(clientPort));
        properties.setProperty("clientPortAddress", HOST);
        if (settings.tls()) {
            properties.setProperty("secureClientPort", Integer.toString(secureClientPort));
            properties.setProperty("secureClientPortAddress", HOST);
        }
        properties.putAll(peers);
        properties.setProperty("server." + id, HOST + ":" + quorumPort + ":" + electionPort);
        return properties;
    }

    /**
     * Ends the server without a farewell: the caller has cut its links before, so nothing that it says while it stops
     * can reach anybody. ZooKeeper closes no session when a server stops. Returns when its threads have ended, or after
     * the given time.
     *
     * @return whether all threads ended in time
     */
    boolean stop(Duration patience) {
        Running last = running;
        running = null;
        if (last == null) {
            return true;
        }
        jvm.forget(last.threads());
        Thread stopper =
                new Thread(last.threads(), () -> last.peer().shutdown(), "embedded-zookeeper-node-" + id + "-stop");
        stopper.setDaemon(true);
        stopper.start();
        return awaitEnd(last, stopper, System.nanoTime() + patience.toNanos());
    }

    /**
     * The election's two messenger threads look up from their queues every three seconds only, and are interrupted for
     * that; not before the server has closed its files, since an interrupt would close them under its hands.
     */
    private boolean awaitEnd(Running last, Thread stopper, long deadline) {
        try {
            while (last.threads().activeCount() > 0) {
                if (deadline - System.nanoTime() < 0) {
                    LOG.warn("Node {} leaves threads behind: {}", id, names(last.threads()));
                    return false;
                }
                if (!stopper.isAlive() && !last.peer().isAlive()) {
                    last.threads().interrupt();
                }
                TimeUnit.MILLISECONDS.sleep(10);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static String names(ThreadGroup threads) {
        Thread[] left = new Thread[threads.activeCount() + 8];
        int count = threads.enumerate(left);
        StringBuilder names = new StringBuilder();
        for (int i = 0; i < count; i++) {
            names.append(i == 0 ? "" : ", ").append(left[i].getName());
        }
        return names.toString();
    }

    /** Gives the ports of this node up; those who come through links do not notice. */
    void moveToFreePorts() {
        releasePorts();
        pickPorts();
    }

    /** Lets links have the ports of this node, which will not run on them again. */
    void releasePorts() {
        IntStream.of(quorumPort, electionPort, clientPort, secureClientPort).forEach(Ports::release);
    }

    /**
     * Ports nobody holds now; another process that takes one before the server does is noticed when it binds. A server
     * with TLS chooses those for clients itself, since its front end does not say so when they are taken.
     */
    private void pickPorts() {
        try {
            List<Integer> ports = Ports.reserve(settings.tls() ? 2 : 3);
            quorumPort = ports.get(0);
            electionPort = ports.get(1);
            clientPort = settings.tls() ? 0 : ports.get(2);
            secureClientPort = 0;
        } catch (IOException e) {
            throw new EmbeddedZooKeeperException("no free port on " + HOST, e);
        }
    }
}
