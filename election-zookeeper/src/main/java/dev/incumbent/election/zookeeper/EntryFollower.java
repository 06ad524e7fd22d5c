package dev.incumbent.election.zookeeper;

import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.FollowSink;
import dev.incumbent.election.spi.Subscription;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.jspecify.annotations.Nullable;

/**
 * Follows an entry and the one ahead of it with one watch each.
 *
 * <p>The own node is read and watched first, in the same stream: when the predecessor's end is told, the own entry stood as
 * of that moment, or its end is told before. An interruption of the connection ends the stream. State changes within the
 * handle's gate only.
 */
final class EntryFollower implements Subscription {

    private final Handle handle;
    private final Entry own;
    private final @Nullable String predecessor;
    private final FollowSink sink;
    private final Consumer<EventType> onOwn = this::onOwnEvent;
    private final Consumer<EventType> onPredecessor = this::onPredecessorEvent;
    private final Consumer<EventType> onQueue = this::onQueueEvent;
    private final Consumer<String> onBroken = this::broken;

    private volatile boolean ownSeen;
    private boolean ownUnreadable;
    private boolean predecessorGone;
    private boolean predecessorUnreadable;
    private boolean watchingQueue;
    private boolean told;
    private volatile boolean over;

    EntryFollower(Handle handle, Entry own, Optional<String> predecessor, FollowSink sink) {
        this.handle = handle;
        this.own = own;
        this.predecessor = predecessor.orElse(null);
        this.sink = sink;
    }

    Handle handle() {
        return handle;
    }

    /**
     * Whether the stream has gone on since the own node was seen in it: then whatever this handle reads now belongs to that
     * stream, too, and needs no barrier. Only the answer within the gate counts, after the read.
     */
    boolean isUninterrupted() {
        return ownSeen && !over && handle.isOwn();
    }

    void start() {
        handle.router().onBroken(onBroken);
        handle.router().listen(own.key(), onOwn, this::armOwn);
        String ahead = predecessor;
        if (ahead != null) {
            handle.router().listen(ahead, onPredecessor, () -> armPredecessor(ahead));
        }
    }

    private void armOwn() {
        watch(own.key(), this::onOwnRead);
    }

    private void armPredecessor(String path) {
        watch(path, this::onPredecessorRead);
    }

    /** Reads with a watch; unlike {@code exists}, {@code getData} leaves none behind where the node has gone. */
    private void watch(String path, Consumer<Reply<Requests.Node>> then) {
        handle.requests().data(path, handle.router()).thenAccept(reply -> handle.gate()
                .execute(() -> then.accept(reply)));
    }

    private void onOwnRead(Reply<Requests.Node> reply) {
        if (over) {
            return;
        }
        if (reply.is(Code.NONODE)) {
            ownGone();
        } else if (reply.is(Code.NOAUTH)) {
            ownUnreadable = true;
            watchQueue();
        } else if (!reply.isOk()) {
            broken(KeeperErrors.message(reply.code(), reply.path()));
        } else if (reply.get().stat().getCzxid() != own.epoch()
                || reply.get().stat().getEphemeralOwner() != handle.zk().getSessionId()) {
            ownGone();
        } else {
            ownSeen = true;
            tellPredecessorGone();
        }
    }

    private void onOwnEvent(EventType type) {
        if (over) {
            return;
        }
        if (type == EventType.NodeDeleted) {
            ownGone();
        } else if (type == EventType.NodeDataChanged) {
            armOwn();
        }
    }

    private void onPredecessorRead(Reply<Requests.Node> reply) {
        if (over) {
            return;
        }
        if (reply.is(Code.NONODE)) {
            predecessorGone = true;
            tellPredecessorGone();
        } else if (reply.is(Code.NOAUTH)) {
            predecessorUnreadable = true;
            watchQueue();
        } else if (!reply.isOk()) {
            broken(KeeperErrors.message(reply.code(), reply.path()));
        }
    }

    private void onPredecessorEvent(EventType type) {
        if (over || predecessor == null) {
            return;
        }
        if (type == EventType.NodeDeleted) {
            predecessorGone = true;
            tellPredecessorGone();
        } else if (type == EventType.NodeDataChanged) {
            armPredecessor(predecessor);
        }
    }

    /**
     * A node that this client may not read cannot be watched either; ZooKeeper sends no events of it. The list of names is
     * left, at one notification for each change of the queue.
     */
    private void watchQueue() {
        if (!watchingQueue) {
            watchingQueue = true;
            handle.router().listen(Layout.parentOf(own.key()), onQueue, this::armQueue);
        }
    }

    private void armQueue() {
        handle.requests().children(Layout.parentOf(own.key()), handle.router()).thenAccept(reply -> handle.gate()
                .execute(() -> onQueueRead(reply)));
    }

    private void onQueueRead(Reply<List<String>> reply) {
        if (over) {
            return;
        }
        if (!reply.isOk() && !reply.is(Code.NONODE)) {
            broken(KeeperErrors.message(reply.code(), reply.path()));
            return;
        }
        List<String> names = reply.isOk() ? reply.get() : List.of();
        if (ownUnreadable && !names.contains(Layout.nameOf(own.key()))) {
            ownGone();
            return;
        }
        ownSeen |= ownUnreadable;
        if (predecessorUnreadable && predecessor != null && !names.contains(Layout.nameOf(predecessor))) {
            predecessorGone = true;
        }
        tellPredecessorGone();
    }

    private void onQueueEvent(EventType type) {
        if (!over && (type == EventType.NodeChildrenChanged || type == EventType.NodeDeleted)) {
            armQueue();
        }
    }

    private void tellPredecessorGone() {
        if (predecessorGone && ownSeen && !told) {
            told = true;
            sink.predecessorGone();
        }
    }

    private void ownGone() {
        finish();
        sink.ownGone();
    }

    private void broken(String reason) {
        if (!over) {
            finish();
            sink.broken(reason);
        }
    }

    private void finish() {
        over = true;
        handle.router().forgetBroken(onBroken);
        // The own node goes soon, or is followed anew; its watch clears itself.
        handle.router().forget(own.key(), onOwn);
        if (watchingQueue) {
            handle.router().forget(Layout.parentOf(own.key()), onQueue, handle.zk());
        }
        String ahead = predecessor;
        if (ahead != null) {
            if (predecessorGone) {
                handle.router().forget(ahead, onPredecessor);
            } else {
                handle.router().forget(ahead, onPredecessor, handle.zk());
            }
        }
    }

    @Override
    public void close() {
        if (!over) {
            over = true;
            handle.gate().execute(this::finish);
        }
    }
}
