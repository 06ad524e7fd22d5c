package dev.incumbent.election.zookeeper;

import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.FollowSink;
import dev.incumbent.election.spi.Subscription;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.data.Stat;
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
    private final Consumer<String> onBroken = this::broken;

    private boolean ownSeen;
    private boolean predecessorGone;
    private volatile boolean over;

    EntryFollower(Handle handle, Entry own, Optional<String> predecessor, FollowSink sink) {
        this.handle = handle;
        this.own = own;
        this.predecessor = predecessor.orElse(null);
        this.sink = sink;
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
        watch(own.key()).thenAccept(reply -> handle.gate().execute(() -> onOwnRead(reply)));
    }

    private void armPredecessor(String path) {
        watch(path).thenAccept(reply -> handle.gate().execute(() -> onPredecessorRead(reply)));
    }

    /**
     * Reads with a watch. {@code getData} leaves no watch behind where the node has gone, which {@code exists} does; but it
     * needs the right to read, which a foreign member may not grant.
     */
    private CompletableFuture<Reply<Stat>> watch(String path) {
        return handle.requests().data(path, handle.router()).thenCompose(reply -> {
            if (reply.is(Code.NOAUTH)) {
                return handle.requests().exists(path, handle.router());
            }
            Stat stat = reply.isOk() ? reply.get().stat() : null;
            return CompletableFuture.completedFuture(Reply.of(reply.code().intValue(), stat, path));
        });
    }

    private void onOwnRead(Reply<Stat> reply) {
        if (over) {
            return;
        }
        if (reply.is(Code.NONODE)) {
            ownGone();
        } else if (!reply.isOk()) {
            broken(KeeperErrors.message(reply.code(), reply.path()));
        } else if (reply.get().getCzxid() != own.epoch()
                || reply.get().getEphemeralOwner() != handle.zk().getSessionId()) {
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

    private void onPredecessorRead(Reply<Stat> reply) {
        if (over) {
            return;
        }
        if (reply.is(Code.NONODE)) {
            predecessorGone = true;
            tellPredecessorGone();
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

    private boolean told;

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
