package dev.incumbent.election.zookeeper;

import java.util.concurrent.CompletableFuture;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.CuratorEvent;
import org.apache.curator.framework.api.CuratorEventType;
import org.apache.curator.framework.api.CuratorListener;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooKeeper;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The caller's own connection: never closed by us, and its session is the caller's, too. */
final class CallersLink extends Link implements CuratorListener {

    private static final Logger log = LoggerFactory.getLogger(CallersLink.class);

    private final CuratorFramework framework;
    private final String chroot;
    private final String prefix;

    CallersLink(CuratorFramework framework) {
        this.framework = framework;
        this.chroot = OwnLink.chrootOf(framework.getZookeeperClient().getCurrentConnectionString());
        String namespace = framework.getNamespace();
        this.prefix = namespace == null || namespace.isEmpty() ? "" : "/" + namespace;
    }

    @Override
    void connect() {
        framework.getCuratorListenable().addListener(this);
        refresh();
    }

    /** Curator makes a new handle after an expiry by itself; a rejected login stays with the caller. */
    @Override
    void renew() {
        refresh();
    }

    /** The caller's Curator has a rule of its own. */
    @Override
    void giveUpLater(Handle handle) {}

    @Override
    String prefix() {
        return prefix;
    }

    @Override
    String chroot() {
        return chroot;
    }

    @Override
    CompletableFuture<Boolean> endSession(Handle handle) {
        return CompletableFuture.completedFuture(false);
    }

    @Override
    void disconnect() {
        framework.getCuratorListenable().removeListener(this);
    }

    @Override
    public void eventReceived(CuratorFramework client, CuratorEvent event) {
        WatchedEvent watched = event.getWatchedEvent();
        if (event.getType() != CuratorEventType.WATCHED || watched == null || watched.getType() != EventType.None) {
            return;
        }
        Handle before = current();
        Handle now = refresh();
        KeeperState state = watched.getState();
        if (state != KeeperState.Expired && state != KeeperState.Closed) {
            if (now != null) {
                onState(now, state);
            }
        } else if (before != null && !before.isAlive()) {
            // The last words of a dead handle. Curator has put another in place by then, and if that has told of its
            // connection already it must not be taken for the dead one: it would never tell of it again.
            onState(before, state);
        }
    }

    private synchronized @Nullable Handle refresh() {
        try {
            ZooKeeper zk = framework.getZookeeperClient().getZooKeeper();
            Handle handle = current();
            if (handle == null || handle.zk() != zk) {
                handle = new Handle(zk, null);
                handle.connected(true);
                handle.noteTimeout();
                install(handle);
            }
            return handle;
        } catch (Exception failure) {
            log.debug("The caller's Curator has no handle now", failure);
            return current();
        }
    }
}
