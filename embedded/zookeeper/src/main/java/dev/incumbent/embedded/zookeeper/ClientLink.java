package dev.incumbent.embedded.zookeeper;

import static java.util.stream.Collectors.joining;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A network path from clients to one or more nodes that can be stopped in either direction, message by message.
 *
 * <p>Each link has ports of its own: whoever connects to {@link #connectString()} is subject to its faults, nobody else
 * is. A fault is in force when the call returns and stays until {@link #heal()}; it holds for new connections too.
 * <ul>
 *   <li><b>hold</b>: bytes wait and are delivered in order on release. Nothing is closed. What TCP does when packets are
 *       lost for a while.
 *   <li><b>silence</b>: bytes vanish; nobody is told. A connection that lost any is reset when the link heals. What a
 *       partition does that outlives the connection.
 *   <li><b>cut</b>: connections are reset, new ones too, at once. What a dying process or a rejecting firewall does.
 * </ul>
 *
 * <p>Thread-safe.
 */
public final class ClientLink implements AutoCloseable {

    private final ProxyLoop loop;
    private final Map<Node, Proxy> proxies;
    private final Consumer<ClientLink> onClose;
    private final Object changes = new Object();
    private long changeCount;

    ClientLink(ProxyLoop loop, Map<Node, Proxy> proxies, Consumer<ClientLink> onClose) {
        this.loop = loop;
        this.proxies = proxies;
        this.onClose = onClose;
    }

    /** What a client connects to: one address for each node that the link leads to. */
    public String connectString() {
        return proxies.values().stream()
                .map(proxy -> Node.HOST + ":" + proxy.port())
                .collect(joining(","));
    }

    /** Holds the bytes of one direction from now on. */
    public void hold(Direction direction) {
        set(direction, Flow.HOLD);
    }

    /** Holds requests: the client sends, the server hears nothing. */
    public void holdRequests() {
        hold(Direction.TO_SERVER);
    }

    /** Holds replies and watch notifications: the server acts, the client hears nothing. */
    public void holdReplies() {
        hold(Direction.TO_CLIENT);
    }

    /**
     * Arms the link: the first message that matches, and all after it in its direction, are held. Messages before it
     * pass. One such condition per direction; {@link #release} and {@link #heal} disarm it.
     */
    public void holdFrom(Direction direction, Predicate<Frame> first) {
        loop.run(() -> each(proxy -> proxy.holdFrom(direction, first)));
    }

    /** Lets the held bytes of one direction go, and all that follow; ends a silence of that direction too. */
    public void release(Direction direction) {
        set(direction, Flow.OPEN);
    }

    /** Lets everything held go, requests first. */
    public void release() {
        loop.run(() -> each(proxy -> {
            proxy.set(Direction.TO_SERVER, Flow.OPEN);
            proxy.set(Direction.TO_CLIENT, Flow.OPEN);
        }));
    }

    /** Delivers the oldest held messages of one direction, at most so many, and goes on holding the rest. */
    public void deliver(Direction direction, int frames) {
        loop.run(() -> each(proxy -> proxy.pass(direction, frames)));
    }

    /** Lets the bytes of one direction vanish from now on: a one-way partition. */
    public void silence(Direction direction) {
        set(direction, Flow.DROP);
    }

    /** Lets the bytes of both directions vanish from now on. */
    public void silence() {
        loop.run(() -> each(proxy -> {
            proxy.set(Direction.TO_SERVER, Flow.DROP);
            proxy.set(Direction.TO_CLIENT, Flow.DROP);
        }));
    }

    /** Resets all connections, held messages are lost; new ones are reset at once. */
    public void cut() {
        loop.run(() -> each(proxy -> proxy.refuse(true)));
    }

    /** Resets all connections, held messages are lost; new ones are welcome. */
    public void reset() {
        loop.run(() -> each(Proxy::resetConnections));
    }

    /** Ends all faults of this link. A pause of a node remains. */
    public void heal() {
        loop.run(() -> each(proxy -> {
            proxy.refuse(false);
            proxy.set(Direction.TO_SERVER, Flow.OPEN);
            proxy.set(Direction.TO_CLIENT, Flow.OPEN);
        }));
    }

    /** The messages of one direction that wait at this moment, oldest first. */
    public List<Frame> held(Direction direction) {
        return loop.call(() -> {
            List<Frame> held = new ArrayList<>();
            each(proxy -> held.addAll(proxy.held(direction)));
            return held;
        });
    }

    /** Connections that clients have open over this link at this moment. */
    public int connections() {
        return loop.call(
                () -> proxies.values().stream().mapToInt(Proxy::connectionCount).sum());
    }

    /** What passed this link since it was made. */
    public RequestCounts requestCounts() {
        return loop.call(
                () -> proxies.values().stream().map(Proxy::counts).reduce(RequestCounts.NONE, RequestCounts::plus));
    }

    /**
     * Waits until a message that matches is being held.
     *
     * @return the oldest one
     * @throws EmbeddedZooKeeperException if there is none in time
     */
    public Frame awaitHeld(Direction direction, Predicate<Frame> wanted, Duration timeout) {
        await("a held message", timeout, () -> held(direction).stream().anyMatch(wanted));
        return held(direction).stream()
                .filter(wanted)
                .findFirst()
                .orElseThrow(() -> new EmbeddedZooKeeperException("the held message was released meanwhile"));
    }

    /**
     * Waits until at least so many requests of one operation have passed since the link was made.
     *
     * @throws EmbeddedZooKeeperException if that does not happen in time
     */
    public void awaitPassed(String operation, long count, Duration timeout) {
        await(count + " requests " + operation, timeout, () -> requestCounts().of(operation) >= count);
    }

    private void await(String what, Duration timeout, BooleanSupplier condition) {
        long deadline = System.nanoTime() + timeout.toNanos();
        long seen = changeCount();
        while (!condition.getAsBoolean()) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                throw new EmbeddedZooKeeperException("waited " + timeout + " for " + what + " in vain");
            }
            seen = awaitChange(seen, left);
        }
    }

    private long changeCount() {
        synchronized (changes) {
            return changeCount;
        }
    }

    private long awaitChange(long seen, long millis) {
        synchronized (changes) {
            long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
            try {
                while (changeCount == seen && deadline - System.nanoTime() > 0) {
                    changes.wait(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new EmbeddedZooKeeperException("interrupted while waiting on a link", e);
            }
            return changeCount;
        }
    }

    void changed() {
        synchronized (changes) {
            changeCount++;
            changes.notifyAll();
        }
    }

    Stream<Proxy> proxiesTo(Node node) {
        return Stream.ofNullable(proxies.get(node));
    }

    private void set(Direction direction, Flow flow) {
        loop.run(() -> each(proxy -> proxy.set(direction, flow)));
    }

    private void each(Consumer<Proxy> action) {
        proxies.values().forEach(action);
    }

    /** Resets its connections and gives its ports back. Links that are not closed end with the ensemble. */
    @Override
    public void close() {
        onClose.accept(this);
        if (loop.isOpen()) {
            loop.run(() -> each(Proxy::close));
        }
    }

    @Override
    public String toString() {
        return "ClientLink[" + connectString() + "]";
    }
}
