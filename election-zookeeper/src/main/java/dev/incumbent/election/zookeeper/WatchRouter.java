package dev.incumbent.election.zookeeper;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;

/**
 * The only watcher that this adapter registers with a handle; hands events on by path.
 *
 * <p>The client keeps a set of watchers for each path and arms them again after a reconnect. With one watcher for
 * everything, following a node anew leaves nothing behind there.
 */
final class WatchRouter implements Watcher {

    private final SerialGate gate;
    private final boolean mayDisarm;
    private final Map<String, List<Consumer<Event.EventType>>> byPath = new HashMap<>();
    private final List<Consumer<String>> breakables = new CopyOnWriteArrayList<>();

    /**
     * Makes a router.
     *
     * @param gate through which events go
     * @param mayDisarm whether the handle is our own: on another's, removing a watch would remove that other's watches of
     *     the same node, too
     */
    WatchRouter(SerialGate gate, boolean mayDisarm) {
        this.gate = gate;
        this.mayDisarm = mayDisarm;
    }

    SerialGate gate() {
        return gate;
    }

    @Override
    public void process(WatchedEvent event) {
        String path = event.getPath();
        if (event.getType() == Event.EventType.None || path == null) {
            return; // The state of the connection reaches everybody through the handle's own watcher.
        }
        gate.execute(() -> listeners(path).forEach(listener -> listener.accept(event.getType())));
    }

    private List<Consumer<Event.EventType>> listeners(String path) {
        synchronized (byPath) {
            return List.copyOf(byPath.getOrDefault(path, List.of()));
        }
    }

    /** Adds a listener and arms the watch in one step, so that no disarming of the same path gets in between. */
    void listen(String path, Consumer<Event.EventType> listener, Runnable arm) {
        synchronized (byPath) {
            byPath.computeIfAbsent(path, at -> new CopyOnWriteArrayList<>()).add(listener);
            arm.run();
        }
    }

    /** Removes a listener and leaves the watch to fire unheard; for nodes that are about to go. */
    void forget(String path, Consumer<Event.EventType> listener) {
        synchronized (byPath) {
            List<Consumer<Event.EventType>> listeners = byPath.get(path);
            if (listeners != null && listeners.remove(listener) && listeners.isEmpty()) {
                byPath.remove(path);
            }
        }
    }

    /** Removes a listener and, if it was the last one of that path, the watch at the server. */
    void forget(String path, Consumer<Event.EventType> listener, ZooKeeper zk) {
        synchronized (byPath) {
            forget(path, listener);
            if (!byPath.containsKey(path) && mayDisarm && zk.getState() == ZooKeeper.States.CONNECTED) {
                zk.removeAllWatches(path, WatcherType.Any, true, WatchRouter::disarmed, null);
            }
        }
    }

    /** Nothing depends on it: a watch that stays fires once, unheard. */
    private static void disarmed(int rc, String path, Object context) {
        if (rc != Code.OK.intValue() && rc != Code.NOWATCHER.intValue()) {
            org.slf4j.LoggerFactory.getLogger(WatchRouter.class).debug("A watch on {} stays: {}", path, Code.get(rc));
        }
    }

    /** Adds somebody who must hear when the stream of events is interrupted. */
    void onBroken(Consumer<String> listener) {
        breakables.add(listener);
    }

    void forgetBroken(Consumer<String> listener) {
        breakables.remove(listener);
    }

    /** Tells of an interruption; within the gate. */
    void breakAll(String reason) {
        breakables.forEach(listener -> listener.accept(reason));
    }
}
