package dev.incumbent.election.zookeeper;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection to ZooKeeper: one handle at a time, and what befalls it.
 *
 * <p>Events of a handle arrive on its event thread, in order, through the handle's gate.
 */
abstract class Link implements AutoCloseable {

    /** Told what befalls handles, within the handle's gate. */
    interface Listener {
        void connected(Handle handle);

        void disconnected(Handle handle, String reason);

        /** The session is gone for good. */
        void lost(Handle handle, String reason);
    }

    /** What waiting for a connection came to. */
    record Connection(@Nullable Handle handle, boolean notPermitted, String reason) {}

    private static final Logger log = LoggerFactory.getLogger(Link.class);

    private final Object lock = new Object();
    private final List<CompletableFuture<Connection>> waiting = new ArrayList<>();
    private volatile @Nullable Handle current;
    private volatile @Nullable Listener listener;
    private volatile boolean closed;

    /** Connects in the background. */
    void start(Listener audience) {
        listener = audience;
        connect();
    }

    abstract void connect();

    /** Makes a new handle in place of one that is dead, in the background. */
    abstract void renew();

    /** Gives the session of a handle up if it stays disconnected for very long. */
    abstract void giveUpLater(Handle handle);

    /** What lies between a path as users give it and the path that the raw handle takes. */
    abstract String prefix();

    /** What the server puts before the handle's paths. */
    abstract String chroot();

    /** Ends the session of a handle, in the background; completes when it has ended or cannot be ended. */
    abstract CompletableFuture<Boolean> endSession(Handle handle);

    abstract void disconnect();

    /** The newest handle; null before the first. */
    @Nullable
    Handle current() {
        return current;
    }

    boolean isClosed() {
        return closed;
    }

    /** Completes when there is a handle that is connected, or when there cannot be one. */
    CompletableFuture<Connection> connected() {
        CompletableFuture<Connection> connection = new CompletableFuture<>();
        Handle handle = current;
        boolean dead = false;
        synchronized (lock) {
            if (closed) {
                connection.complete(new Connection(null, false, "the client is closed"));
            } else if (handle != null && handle.isConnected()) {
                connection.complete(new Connection(handle, false, ""));
            } else {
                waiting.add(connection);
                dead = handle != null && !handle.isAlive();
            }
        }
        if (dead) {
            renew();
        }
        return connection;
    }

    /** A new handle takes the place of the one before, which is dead by now. */
    void install(Handle handle) {
        Handle before = current;
        current = handle;
        if (before != null && before != handle) {
            before.gate().execute(() -> tellLost(before, "the client library replaced the connection"));
            before.requests().close();
        }
    }

    /** Handles a change of state; on the event thread. */
    void onState(Handle handle, KeeperState state) {
        if (state != KeeperState.SaslAuthenticated) {
            handle.connected(state == KeeperState.SyncConnected);
        }
        switch (state) {
            case SyncConnected -> {
                handle.noteTimeout();
                handle.gate().execute(() -> tellConnected(handle));
                answer(new Connection(handle, false, ""));
            }
            case Disconnected, ConnectedReadOnly -> {
                String reason = state == KeeperState.Disconnected
                        ? "disconnected from ZooKeeper"
                        : "connected to a ZooKeeper server that is cut off and only reads";
                handle.gate().execute(() -> tellDisconnected(handle, reason));
                giveUpLater(handle);
            }
            case Expired -> handle.gate().execute(() -> tellLost(handle, "ZooKeeper expired the session"));
            case AuthFailed -> {
                String reason = "ZooKeeper rejected this client's credentials";
                handle.gate().execute(() -> tellLost(handle, reason));
                answer(new Connection(null, true, reason));
            }
            default -> log.debug("ZooKeeper says {}", state);
        }
    }

    private void tellConnected(Handle handle) {
        Listener audience = listener;
        if (audience != null && !closed) {
            audience.connected(handle);
        }
    }

    private void tellDisconnected(Handle handle, String reason) {
        handle.router().breakAll(reason);
        Listener audience = listener;
        if (audience != null && !closed) {
            audience.disconnected(handle, reason);
        }
    }

    private void tellLost(Handle handle, String reason) {
        handle.router().breakAll(reason);
        Listener audience = listener;
        if (audience != null && !closed) {
            audience.lost(handle, reason);
        }
    }

    private void answer(Connection connection) {
        List<CompletableFuture<Connection>> answered;
        synchronized (lock) {
            answered = List.copyOf(waiting);
            waiting.clear();
        }
        answered.forEach(future -> future.complete(connection));
    }

    @Override
    public void close() {
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
        }
        answer(new Connection(null, false, "the client is closed"));
        Handle handle = current;
        if (handle != null) {
            handle.requests().close();
        }
        disconnect();
    }
}
