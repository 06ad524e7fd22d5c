package dev.incumbent.embedded.etcd.internal.server;

import dev.incumbent.embedded.etcd.internal.store.EtcdMachine;
import dev.incumbent.embedded.etcd.internal.store.Reply;
import dev.incumbent.embedded.etcd.wire.command.Command;
import dev.incumbent.embedded.members.Connections;
import dev.incumbent.embedded.members.PortReservation;
import dev.incumbent.embedded.members.SharedThreads;
import dev.incumbent.embedded.raft.RaftNode;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.InternalNettyServerCredentials;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One member: a raft node, and the port where clients find it.
 *
 * <p>{@link #open}, {@link #shut}, {@link #hold} and {@link #release} are called one at a time.
 */
public final class EtcdMember {

    private static final Logger LOG = LoggerFactory.getLogger(EtcdMember.class);

    /** As etcd's: a client that pings more often is sent away. */
    private static final long MIN_PING_INTERVAL_SECONDS = 5;

    private static final long STOP_PATIENCE_SECONDS = 5;

    private final Backend backend;
    private final ServerSettings settings;
    private final SharedThreads threads;
    private final Optional<SslContext> tls;
    private final Callers callers;
    private final Hub hub = new Hub();
    private final Lessor lessor;
    private final Leases leases;
    private final LeaderMonitor leaders;
    private final LeaderFeeds feeds;
    private final WatchService watches;
    private final List<BindableService> services;
    private final Health health;
    private final Connections connections = new Connections();
    private final NodeListener listener = new NodeListener();
    private List<Future<?>> ticks = List.of();
    private volatile boolean held;
    private @Nullable Server server;
    private @Nullable PortReservation reservation;
    private int port;

    /** What all members of a cluster share. */
    public static final class Shared {

        private final Identity identity;
        private final ServerSettings settings;
        private final SharedThreads threads;
        private final TokenSecret secret = new TokenSecret();
        private final Optional<SslContext> tls;
        private final Supplier<List<String>> endpoints;
        private final ConcurrentHashMap<Integer, Leases> leases = new ConcurrentHashMap<>();

        /**
         * For a cluster.
         *
         * @param endpoints where clients find the members, in the order of their numbers
         * @throws IOException if the keys of TLS cannot be read
         */
        public Shared(
                Identity identity, ServerSettings settings, SharedThreads threads, Supplier<List<String>> endpoints)
                throws IOException {
            this.identity = identity;
            this.settings = settings;
            this.threads = threads;
            this.endpoints = endpoints;
            this.tls = settings.tls().isPresent()
                    ? Optional.of(TlsContext.of(settings.tls().get()))
                    : Optional.empty();
        }

        private Leases leases(int number) {
            Leases found = leases.get(number);
            if (found == null) {
                throw new IllegalStateException("member " + number + " does not exist");
            }
            return found;
        }
    }

    /**
     * Makes the member of a node; its port is still closed.
     *
     * @param wantedPort where to listen; 0 for any
     */
    public EtcdMember(RaftNode<EtcdMachine, Command, Reply> node, Shared shared, int wantedPort) {
        this.settings = shared.settings;
        this.threads = shared.threads;
        this.tls = shared.tls;
        this.port = wantedPort;
        backend = new Backend(node, shared.identity, settings, threads.timer());
        callers = new Callers(backend, shared.secret, System::nanoTime);
        health = new Health(backend);
        lessor = new Lessor(settings);
        leases = new Leases(backend, lessor, shared::leases);
        shared.leases.put(node.number(), leases);
        leaders = new LeaderMonitor(backend);
        feeds = new LeaderFeeds(backend, hub);
        watches = new WatchService(backend, callers, hub, leaders, threads.workers());
        Queues queues = new Queues(backend, hub);
        services = List.of(
                new KvService(backend, callers, threads.workers()),
                watches,
                new LeaseService(backend, callers, leaders, leases),
                new ClusterService(backend, shared.endpoints),
                new MaintenanceService(backend, callers),
                new AuthService(backend, callers, threads.workers()),
                new ElectionService(backend, callers, queues, feeds, leaders, threads.workers()),
                new LockService(backend, callers, queues),
                new HealthService());
        node.addListener(listener);
    }

    private final class NodeListener implements RaftNode.Listener<EtcdMachine> {

        /** What happened before it listened. */
        void catchUp(EtcdMachine machine) {
            changed(backend.status());
            applied(machine, 0);
        }

        @Override
        public void changed(RaftNode.Status status) {
            lessor.changed(status);
        }

        @Override
        public void applied(EtcdMachine machine, long index) {
            callers.applied(machine);
            hub.applied(machine);
        }

        @Override
        public void stopped() {
            lessor.stopped();
            hub.stopped();
            feeds.stopped();
        }
    }

    /** Where clients find it, e.g. {@code http://127.0.0.1:2379}; meaningful once it was opened. */
    public String endpoint() {
        return (tls.isPresent() ? "https" : "http") + "://127.0.0.1:" + port;
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
        PortNegotiator negotiator = new PortNegotiator(connections, tls, () -> new HttpEndpoint(health));
        NettyServerBuilder builder = NettyServerBuilder.forAddress(
                        address(), InternalNettyServerCredentials.create(negotiator))
                .bossEventLoopGroup(threads.eventLoops())
                .workerEventLoopGroup(threads.eventLoops())
                .channelType(NioServerSocketChannel.class)
                // Handlers do not block.
                .directExecutor()
                .maxInboundMessageSize(ServerSettings.MAX_REQUEST_BYTES + ServerSettings.OVERHEAD_BYTES)
                .permitKeepAliveTime(MIN_PING_INTERVAL_SECONDS, TimeUnit.SECONDS)
                .intercept(new CallInterceptor(backend));
        services.forEach(builder::addService);
        Server opened = builder.build().start();
        server = opened;
        port = opened.getPort();
        releasePort();
        ticks = List.of(
                every(settings.leaseSweep().toNanos(), this::sweep),
                every(settings.electionTimeout().toNanos() / 4, backend::tick),
                every(settings.electionTimeout().toNanos(), leaders::tick),
                every(settings.progressInterval().toNanos(), watches::tick));
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

    private void sweep() {
        if (backend.status().leads()) {
            backend.readLocal(machine -> lessor.sweep(machine, System.nanoTime()))
                    .thenAccept(found -> found.ifPresent(this::propose));
        }
    }

    private void propose(Command expiry) {
        backend.submitAtOnce(expiry).whenComplete((reply, failure) -> {
            if (failure != null) {
                LOG.debug("Member {} could not expire leases; the next leader will", backend.number(), failure);
            }
            lessor.proposed();
        });
    }

    /**
     * Ends a lease's time, if this member leads.
     *
     * @return whether it leads; the lease is gone a moment later
     */
    public CompletableFuture<Boolean> expireLease(long id) {
        return backend.readLocal(machine -> lessor.cutShort(machine, id, System.nanoTime()))
                .thenApply(leads -> {
                    sweep();
                    return leads;
                });
    }

    /** Whether a lease exists, as of now. */
    public CompletableFuture<Boolean> hasLease(long id) {
        return backend.read(machine -> machine.lease(id).isPresent());
    }

    /** Resets all connections and closes the port, but keeps it until {@link #releasePort}. Does nothing if it is closed. */
    public void shut() {
        Server open = server;
        if (open == null) {
            return;
        }
        server = null;
        ticks.forEach(tick -> tick.cancel(false));
        connections.reset();
        open.shutdownNow();
        try {
            if (!open.awaitTermination(STOP_PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("Connections of member {} have not ended after {} s", backend.number(), STOP_PATIENCE_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
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
