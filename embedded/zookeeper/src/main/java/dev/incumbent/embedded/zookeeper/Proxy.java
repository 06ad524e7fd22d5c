package dev.incumbent.embedded.zookeeper;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One endpoint of a link: listens on a port of its own for as long as it lives and passes connections on to a server.
 *
 * <p>The port is bound once and never given back, so that clients and peers keep their addresses while servers come and
 * go behind it. Every method but {@link #port()} runs on the loop's thread.
 */
final class Proxy implements ProxyLoop.Handler {

    /** Whose connections an endpoint carries. */
    enum Kind {
        /** ZooKeeper's client protocol. */
        CLIENTS(true, 5_000),
        /** Clients whose bytes cannot be read, for TLS. */
        SECURE_CLIENTS(false, 5_000),
        /** Members keep one connection each way; more pile up only while a fault keeps them from ending. */
        MEMBERS(false, 500);

        private final boolean framed;
        private final int mostConnections;

        Kind(boolean framed, int mostConnections) {
            this.framed = framed;
            this.mostConnections = mostConnections;
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(Proxy.class);

    private final ProxyLoop loop;
    private final String name;
    private final Kind kind;
    private final ServerSocketChannel listener;
    private final IntSupplier target;
    private final Runnable onChange;
    private final Set<ProxyConnection> connections = new LinkedHashSet<>();
    private final Map<Direction, Flow> own = new EnumMap<>(Direction.class);
    private final Map<Direction, Predicate<Frame>> triggers = new EnumMap<>(Direction.class);
    private final FrameCounter counter = new FrameCounter();
    private Flow imposed = Flow.OPEN;
    private boolean refusing;
    private boolean refusingImposed;
    private boolean full;

    /**
     * @param name from whom to whom, for the log
     * @param target the server's port at the moment of a connection, 0 or less if there is none
     * @param onChange told after frames arrived, were held or were passed on
     */
    Proxy(ProxyLoop loop, String name, Kind kind, IntSupplier target, Runnable onChange) {
        this.loop = loop;
        this.name = name;
        this.kind = kind;
        this.target = target;
        this.onChange = onChange;
        for (Direction direction : Direction.values()) {
            own.put(direction, Flow.OPEN);
        }
        try {
            listener = Ports.listen();
            listener.configureBlocking(false);
        } catch (IOException e) {
            throw new EmbeddedZooKeeperException("no free port for a link", e);
        }
        loop.run(() -> register(listener, SelectionKey.OP_ACCEPT, this));
    }

    int port() {
        return listener.socket().getLocalPort();
    }

    SelectionKey register(SelectableChannel channel, int interest, ProxyLoop.Handler handler) {
        try {
            return channel.register(loop.selector(), interest, handler);
        } catch (IOException e) {
            throw new EmbeddedZooKeeperException("a link's channel was closed", e);
        }
    }

    @Override
    public void ready(SelectionKey key) throws IOException {
        SocketChannel client = listener.accept();
        if (client == null) {
            return;
        }
        if (refusing || refusingImposed || isFull()) {
            reset(client);
            return;
        }
        try {
            client.configureBlocking(false);
            client.setOption(StandardSocketOptions.TCP_NODELAY, true);
        } catch (IOException e) {
            reset(client);
            throw e;
        }
        ProxyConnection connection = new ProxyConnection(this, client);
        connections.add(connection);
        connection.connectIfAllowed();
    }

    /** Whoever connects in a loop is to be named before it takes the process's last descriptor. */
    private boolean isFull() {
        boolean fullNow = connections.size() >= kind.mostConnections;
        if (fullNow && !full) {
            LOG.error(
                    "{} open connections on the link {} (port {}, to port {}): something connects in a loop; more are reset",
                    connections.size(),
                    name,
                    port(),
                    target.getAsInt());
        }
        full = fullNow;
        return fullNow;
    }

    @Override
    public void failed(Exception cause) {
        // A failed accept concerns the connection that gave up, not the listener.
        LOG.debug("The link {} did not accept a connection", name, cause);
    }

    static void reset(SocketChannel channel) {
        try {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException | UnsupportedOperationException e) {
            // Without the option the close below is an orderly one, which the other side survives as well.
        }
        ProxyLoop.closeQuietly(channel);
    }

    Flow flow(Direction direction) {
        return requireNonNull(own.get(direction)).stronger(imposed);
    }

    ProxyLoop loop() {
        return loop;
    }

    InetSocketAddress target() throws IOException {
        int port = target.getAsInt();
        if (port <= 0) {
            throw new IOException("the server behind this link is down");
        }
        return Node.address(port);
    }

    /** Whether a connection that the server refuses is tried again: a running member listens soon. */
    boolean retries() {
        return kind == Kind.MEMBERS;
    }

    boolean framed() {
        return kind.framed;
    }

    void set(Direction direction, Flow flow) {
        triggers.remove(direction);
        own.put(direction, flow);
        apply();
    }

    void impose(Flow flow) {
        imposed = flow;
        apply();
    }

    void holdFrom(Direction direction, Predicate<Frame> trigger) {
        triggers.put(direction, trigger);
    }

    /** Called before a frame joins its queue: true if it is the one from which on the flow is to stand still. */
    boolean trips(Frame frame) {
        Predicate<Frame> trigger = triggers.get(frame.direction());
        if (trigger == null || !trigger.test(frame)) {
            return false;
        }
        triggers.remove(frame.direction());
        return true;
    }

    void hold(Direction direction) {
        own.merge(direction, Flow.HOLD, Flow::stronger);
    }

    /** Resets the connections there are; new ones are reset at once for as long as the endpoint refuses. */
    void refuse(boolean refuse) {
        refusing = refuse;
        if (refuse) {
            resetConnections();
        }
    }

    void imposeRefusal(boolean refuse) {
        refusingImposed = refuse;
        if (refuse) {
            resetConnections();
        }
    }

    void resetConnections() {
        List.copyOf(connections).forEach(ProxyConnection::reset);
        onChange.run();
    }

    void pass(Direction direction, int frames) {
        int left = frames;
        for (ProxyConnection connection : List.copyOf(connections)) {
            left -= connection.pass(direction, left);
        }
        onChange.run();
    }

    List<Frame> held(Direction direction) {
        List<Frame> held = new ArrayList<>();
        connections.forEach(connection -> connection.collectWaiting(direction, held));
        return held;
    }

    int connectionCount() {
        return connections.size();
    }

    RequestCounts counts() {
        return counter.read();
    }

    void passed(Frame frame) {
        counter.add(frame);
    }

    void changed() {
        onChange.run();
    }

    void gone(ProxyConnection connection) {
        connections.remove(connection);
    }

    private void apply() {
        List.copyOf(connections).forEach(ProxyConnection::flowChanged);
        onChange.run();
    }

    void close() {
        resetConnections();
        ProxyLoop.closeQuietly(listener);
    }
}
