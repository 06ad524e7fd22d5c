package dev.incumbent.election.zookeeper;

import dev.incumbent.election.Stamp;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.zookeeper.ZooKeeper;
import org.jspecify.annotations.Nullable;

/** One ZooKeeper handle, which is one ZooKeeper session, with what this adapter keeps beside it. */
final class Handle {

    private final ZooKeeper zk;
    private final @Nullable ConnectStamps stamps;
    private final Requests requests;
    private final WatchRouter router;
    private final Ordering ordering = new Ordering();
    private volatile int leastTimeoutMillis;
    private volatile boolean connected;
    private final AtomicLong connections = new AtomicLong();

    Handle(ZooKeeper zk, @Nullable ConnectStamps stamps) {
        this.zk = zk;
        this.stamps = stamps;
        this.requests = new Requests(zk);
        this.router = new WatchRouter(new SerialGate(), stamps != null);
    }

    ZooKeeper zk() {
        return zk;
    }

    Requests requests() {
        return requests;
    }

    WatchRouter router() {
        return router;
    }

    Ordering ordering() {
        return ordering;
    }

    SerialGate gate() {
        return router.gate();
    }

    /**
     * Whether requests reach a server that takes writes. The client's own state is not enough: it goes on saying so for up
     * to a second after the connection broke.
     */
    boolean isConnected() {
        return connected && zk.getState() == ZooKeeper.States.CONNECTED;
    }

    /** Takes note of an event, or of the state found on a handle whose events were not seen. */
    void connected(boolean now) {
        connected = now;
        if (now) {
            connections.incrementAndGet();
        }
    }

    /** How often it was connected; tells whether it was since. */
    long connections() {
        return connections.get();
    }

    boolean isAlive() {
        return zk.getState().isAlive();
    }

    boolean isOwn() {
        return stamps != null;
    }

    /** What the creation of the session proves; null on another's handle. */
    @Nullable
    Stamp created() {
        return stamps == null ? null : stamps.created();
    }

    /** What a commit on the present connection proves; null on another's handle. */
    @Nullable
    Stamp connected() {
        return stamps == null ? null : stamps.connected();
    }

    /** Takes note of the timeout that a connection was granted. Called on the event thread only. */
    void noteTimeout() {
        int negotiated = zk.getSessionTimeout();
        if (negotiated > 0 && (leastTimeoutMillis == 0 || negotiated < leastTimeoutMillis)) {
            leastTimeoutMillis = negotiated;
        }
    }

    /** The smallest timeout ever granted: a new ZooKeeper leader counts the one that was stored at the creation. */
    Duration timeout() {
        int least = leastTimeoutMillis;
        return Duration.ofMillis(least > 0 ? least : zk.getSessionTimeout());
    }
}
