package dev.incumbent.embedded.consul.internal.server;

import dev.incumbent.embedded.consul.internal.store.Command;
import dev.incumbent.embedded.consul.internal.store.ConsulMachine;
import dev.incumbent.embedded.consul.internal.store.Reply;
import dev.incumbent.embedded.members.Connections;
import dev.incumbent.embedded.members.PortReservation;
import dev.incumbent.embedded.members.SharedThreads;
import dev.incumbent.embedded.raft.RaftNode;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.FullHttpMessage;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One member: a raft node, and the port where clients find it.
 *
 * <p>{@link #open}, {@link #shut}, {@link #hold} and {@link #release} are called one at a time.
 */
public final class ConsulMember {

    private static final Logger LOG = LoggerFactory.getLogger(ConsulMember.class);
    private static final long STOP_PATIENCE_SECONDS = 5;
    private static final int MAX_REQUEST_BYTES = 8 << 20;
    private static final int MAX_LINE_BYTES = 64 << 10;
    private static final int BACKLOG = 4096;

    private final Backend backend;
    private final ServerSettings settings;
    private final SharedThreads threads;
    private final Optional<SslContext> tls;
    private final SessionClocks clocks = new SessionClocks();
    private final LockDelays delays = new LockDelays();
    private final Waiters waiters = new Waiters();
    private final Connections connections = new Connections();
    private final NodeListener listener = new NodeListener();
    private final Chores chores;
    private final Router router;
    private List<Future<?>> ticks = List.of();
    private volatile boolean held;
    private @Nullable Channel server;
    private @Nullable PortReservation reservation;
    private volatile int port;

    /** What all members of a cluster share. */
    public static final class Shared {

        private final ServerSettings settings;
        private final SharedThreads threads;
        private final Optional<SslContext> tls;
        private final Cluster cluster;
        private final Leaders.Registry registry = new Leaders.Registry();

        /**
         * For a cluster.
         *
         * @throws IOException if the keys of TLS cannot be read
         */
        public Shared(ServerSettings settings, SharedThreads threads, Cluster cluster) throws IOException {
            this.settings = settings;
            this.threads = threads;
            this.cluster = cluster;
            this.tls = settings.tls().isPresent()
                    ? Optional.of(TlsContext.of(settings.tls().get()))
                    : Optional.empty();
        }
    }

    /**
     * Makes the member of a node; its port is still closed.
     *
     * @param wantedPort where to listen; 0 for any
     */
    public ConsulMember(RaftNode<ConsulMachine, Command, Reply> node, Shared shared, int wantedPort) {
        settings = shared.settings;
        threads = shared.threads;
        tls = shared.tls;
        port = wantedPort;
        backend = new Backend(node, settings, threads.timer());
        Leaders.Member own = new Leaders.Member(backend, clocks, delays);
        shared.registry.add(own);
        Leaders leaders = new Leaders(own, shared.registry);
        Reads reads = new Reads(backend, waiters, threads.eventLoops());
        Transactions transactions = new Transactions(backend, leaders);
        chores = new Chores(backend, clocks, shared.cluster);
        router = routes(
                new KvEndpoint(backend, reads, transactions),
                new TxnEndpoint(backend, reads, transactions),
                new SessionEndpoint(backend, leaders, reads, shared.cluster.name(node.number())),
                new AgentEndpoint(backend, shared.cluster),
                new CatalogEndpoint(backend, reads));
        node.addListener(listener);
    }

    private static Router routes(
            KvEndpoint kv, TxnEndpoint txn, SessionEndpoint sessions, AgentEndpoint agent, CatalogEndpoint catalog) {
        Router router = new Router();
        router.on(KvEndpoint.PATH, kv::handle, "GET", "PUT", "DELETE");
        router.on("/v1/txn", txn::handle, "PUT");
        router.on("/v1/session/create", sessions::create, "PUT");
        router.on(SessionEndpoint.DESTROY, sessions::destroy, "PUT");
        router.on(SessionEndpoint.RENEW, sessions::renew, "PUT");
        router.onQuery(SessionEndpoint.INFO, sessions::info);
        router.onQuery(SessionEndpoint.NODE, sessions::ofNode);
        router.onQuery("/v1/session/list", sessions::list);
        router.on("/v1/status/leader", agent::leader, "GET");
        router.on("/v1/status/peers", agent::peers, "GET");
        router.on("/v1/agent/self", agent::self, "GET");
        router.on("/v1/agent/members", agent::members, "GET");
        router.on("/v1/agent/services", agent::nothing, "GET");
        router.on("/v1/agent/checks", agent::nothing, "GET");
        router.on("/v1/catalog/datacenters", agent::datacenters, "GET");
        router.onQuery("/v1/catalog/nodes", catalog::nodes);
        router.onQuery("/v1/catalog/services", catalog::services);
        router.onQuery(CatalogEndpoint.SERVICE, catalog::service);
        router.onQuery(CatalogEndpoint.NODE, catalog::servicesOfNode);
        router.onQuery(CatalogEndpoint.HEALTH_NODE, catalog::checksOfNode);
        router.onQuery(CatalogEndpoint.HEALTH_CHECKS, catalog::checksOfService);
        router.onQuery(CatalogEndpoint.HEALTH_STATE, catalog::checksInState);
        router.onQuery(CatalogEndpoint.HEALTH_SERVICE, catalog::health);
        router.on("/v1/operator/raft/configuration", agent::raftConfiguration, "GET");
        router.on("/v1/acl/", AgentEndpoint::noAcls, "GET", "PUT", "POST", "DELETE");
        return router;
    }

    private final class NodeListener implements RaftNode.Listener<ConsulMachine> {

        /** What happened before it listened. */
        void catchUp(ConsulMachine machine) {
            RaftNode.Status status = backend.status();
            // Only good news: doubts that come late are not taken back by a listener that was told otherwise before.
            if (status.leads()) {
                changed(status);
            }
            waiters.applied(machine);
        }

        @Override
        public void changed(RaftNode.Status status) {
            clocks.changed(status);
        }

        @Override
        public void applied(ConsulMachine machine, long index) {
            long now = System.nanoTime();
            clocks.applied(machine, now);
            delays.applied(machine, now);
            waiters.applied(machine);
        }

        @Override
        public void stopped() {
            clocks.stopped();
            delays.stopped();
        }
    }

    /** Where clients find it, e.g. {@code http://127.0.0.1:8500}; meaningful once it was opened. */
    public String endpoint() {
        return (tls.isPresent() ? "https" : "http") + "://127.0.0.1:" + port;
    }

    /** The port of {@link #endpoint}. */
    public int port() {
        return port;
    }

    /** How many queries are parked here. */
    public int parkedQueries() {
        return waiters.size();
    }

    /**
     * Begins to serve, on the port that it had before.
     *
     * @throws IOException if the port cannot be had
     */
    public void open() throws IOException {
        connections.accept();
        connections.release();
        held = false;
        backend.<Boolean>readLocal(machine -> {
                    listener.catchUp(machine);
                    return true;
                })
                .exceptionally(down -> false)
                .join();
        ChannelFuture bound = new ServerBootstrap()
                .group(threads.eventLoops())
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        initialise(channel);
                    }
                })
                .bind(address())
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException("cannot listen on " + address(), bound.cause());
        }
        server = bound.channel();
        port = ((InetSocketAddress) bound.channel().localAddress()).getPort();
        releasePort();
        ticks = List.of(
                every(settings.sweep().toNanos(), chores::sweep),
                every(settings.electionTimeout().toNanos() / 4, backend::tick));
    }

    private void initialise(SocketChannel channel) {
        tls.ifPresent(context -> channel.pipeline().addLast(context.newHandler(channel.alloc())));
        channel.pipeline()
                .addLast(new HttpServerCodec(new HttpDecoderConfig()
                        .setMaxInitialLineLength(MAX_LINE_BYTES)
                        .setMaxHeaderSize(MAX_LINE_BYTES)))
                .addLast(new Aggregator())
                .addLast(new HttpConnection(router));
        connections.admit(channel);
    }

    /** Leaves the headers as the client sent them: Consul's limits are on what it announced. */
    private static final class Aggregator extends HttpObjectAggregator {

        Aggregator() {
            super(MAX_REQUEST_BYTES);
        }

        @Override
        protected void finishAggregation(FullHttpMessage aggregated) {}
    }

    private InetSocketAddress address() {
        return PortReservation.loopback(port);
    }

    /** Lets others have the port of a member that is shut. */
    public void releasePort() {
        if (reservation != null) {
            reservation.release();
            reservation = null;
        }
    }

    private Future<?> every(long nanos, Runnable task) {
        return threads.timer()
                .scheduleWithFixedDelay(
                        () -> {
                            if (!held) {
                                try {
                                    task.run();
                                } catch (RuntimeException e) {
                                    LOG.error("A periodic task of member {} failed", backend.number(), e);
                                }
                            }
                        },
                        nanos,
                        nanos,
                        TimeUnit.NANOSECONDS);
    }

    /**
     * Ends a session's time, if this member leads.
     *
     * @return whether it leads; the session is gone a moment later
     */
    public CompletableFuture<Boolean> expireSession(String id) {
        return backend.readLocal(machine -> clocks.cutShort(machine, id, System.nanoTime()))
                .thenApply(leads -> {
                    chores.sweep();
                    return leads;
                });
    }

    /** Whether a session exists, as of now. */
    public CompletableFuture<Boolean> hasSession(String id) {
        return backend.read(machine -> machine.session(id).isPresent());
    }

    /** Whether this member knows all members of the cluster as they are now. */
    public CompletableFuture<Boolean> knowsAll() {
        return backend.readLocal(chores::isCatalogComplete);
    }

    /** Resets all connections and closes the port, but keeps it until {@link #releasePort}. Does nothing if it is closed. */
    public void shut() {
        Channel open = server;
        if (open == null) {
            return;
        }
        server = null;
        ticks.forEach(tick -> tick.cancel(false));
        connections.reset();
        if (!open.close().awaitUninterruptibly(STOP_PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            LOG.warn("Member {} has not closed its port after {} s", backend.number(), STOP_PATIENCE_SECONDS);
        }
        keepPort();
    }

    private void keepPort() {
        if (reservation != null) {
            return;
        }
        reservation = PortReservation.afterServer(address(), Duration.ofSeconds(STOP_PATIENCE_SECONDS))
                .orElse(null);
        if (reservation == null) {
            LOG.warn("Somebody else took the port of {}", endpoint());
        }
    }

    /** Neither reads from nor writes to any client from now on; connections are accepted. */
    public void hold() {
        held = true;
        connections.hold();
    }

    /** Ends {@link #hold}. */
    public void release() {
        held = false;
        connections.release();
    }

    /** Resets the connections of clients, and new ones, until {@link #admitClients}; the member itself goes on. */
    public void cutClients() {
        connections.reset();
    }

    /** Ends {@link #cutClients}. */
    public void admitClients() {
        connections.accept();
    }
}
