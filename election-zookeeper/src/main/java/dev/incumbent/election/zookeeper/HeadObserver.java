package dev.incumbent.election.zookeeper;

import dev.incumbent.election.CandidateInfo;
import dev.incumbent.election.Generation;
import dev.incumbent.election.spi.ObservationSink;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Subscription;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.jspecify.annotations.Nullable;

/**
 * Observes who stands first, at one notification for each change of leader.
 *
 * <p>It watches the first entry and its payload, not the children: those who join or leave behind are of no interest.
 * Only while nobody stands are the children watched. State changes within the handle's gate only.
 */
final class HeadObserver implements Subscription {

    private final Handle handle;
    private final Ground ground;
    private final Views views;
    private final String election;
    private final String parent;
    private final ObservationSink sink;
    private final Consumer<EventType> onParent = this::onParentEvent;
    private final Consumer<EventType> onHead = this::onHeadEvent;
    private final Consumer<EventType> onPayload = this::onPayloadEvent;
    private final Consumer<String> onBroken = this::broken;

    private @Nullable NodeName head;
    private boolean payloadSeen;
    private boolean watchingParent;
    private long round;
    private boolean toldAny;
    private Optional<CandidateInfo> told = Optional.empty();
    private volatile boolean over;

    HeadObserver(Handle handle, Ground ground, Views views, String election, ObservationSink sink) {
        this.handle = handle;
        this.ground = ground;
        this.views = views;
        this.election = election;
        this.parent = ground.layout().parent(election);
        this.sink = sink;
    }

    /** Begins behind a barrier; what follows is ordered by the stream. */
    void start() {
        handle.router().onBroken(onBroken);
        CompletableFuture<Outcome<Boolean>> ordered = ground.inOrder(handle, () -> {
            handle.gate().execute(this::look);
            return CompletableFuture.completedFuture(new Outcome.Done<>(true));
        });
        ordered.thenAccept(outcome -> handle.gate().execute(() -> {
            if (!(outcome instanceof Outcome.Done)) {
                broken("the start of the observation could not be ordered: " + outcome);
            }
        }));
    }

    private void look() {
        if (over) {
            return;
        }
        leaveHead();
        long asked = ++round;
        handle.requests().children(parent).thenAccept(reply -> onChildren(asked, Views.queue(parent, reply), reply));
    }

    private void onChildren(long asked, Outcome<Queue> seen, Reply<List<String>> reply) {
        views.settled(handle, seen).thenAccept(outcome -> handle.gate().execute(() -> {
            if (over || asked != round) {
                return;
            }
            if (!(outcome instanceof Outcome.Done<Queue> done)) {
                broken(KeeperErrors.message(reply.code(), reply.path()));
            } else if (done.value().head().isPresent()) {
                unwatchParent();
                watchHead(done.value().head().get());
            } else if (watchingParent) {
                tell(Optional.empty());
            } else {
                watchParent(reply.is(Code.NONODE));
            }
        }));
    }

    // ---- while nobody stands

    /** Watches, and looks again: somebody may have come in before the watch was set. */
    private void watchParent(boolean absent) {
        watchingParent = true;
        long asked = ++round;
        handle.router().listen(parent, onParent, () -> {
            if (absent) {
                handle.requests().exists(parent, handle.router()).thenAccept(reply -> handle.gate()
                        .execute(() -> onParentWatched(asked, reply.is(Code.NONODE))));
            } else {
                handle.requests()
                        .children(parent, handle.router())
                        .thenAccept(reply -> onChildren(asked, Views.queue(parent, reply), reply));
            }
        });
    }

    private void onParentWatched(long asked, boolean absent) {
        if (over || asked != round) {
            return;
        }
        if (absent) {
            tell(Optional.empty());
        } else {
            unwatchParent();
            look();
        }
    }

    private void onParentEvent(EventType type) {
        if (over || !watchingParent) {
            return;
        }
        if (type == EventType.NodeCreated || type == EventType.NodeChildrenChanged || type == EventType.NodeDeleted) {
            unwatchParent();
            look();
        }
    }

    private void unwatchParent() {
        if (watchingParent) {
            watchingParent = false;
            handle.router().forget(parent, onParent);
        }
    }

    // ---- while somebody stands first

    private String payloadPath(NodeName member) {
        return member.attempt() == null ? "" : ground.layout().payload(member.attempt());
    }

    private void watchHead(NodeName first) {
        head = first;
        payloadSeen = false;
        handle.router().listen(parent + "/" + first.name(), onHead, () -> {});
        if (first.attempt() != null) {
            handle.router().listen(payloadPath(first), onPayload, () -> {});
        }
        readHead(first);
    }

    /** Reads the entry, its payload and the generation in one round trip, and arms the watches. */
    private void readHead(NodeName first) {
        long asked = ++round;
        CompletableFuture<Reply<Requests.Node>> entry =
                handle.requests().data(parent + "/" + first.name(), handle.router());
        CompletableFuture<Reply<Requests.Node>> payload = first.attempt() == null
                ? CompletableFuture.completedFuture(Reply.of(Code.NONODE.intValue(), null, ""))
                : payload(payloadPath(first));
        CompletableFuture<Outcome<GenerationRecord>> record = ground.readOrLay(handle);
        entry.thenCombine(
                payload,
                (node, published) -> record.thenAccept(now -> handle.gate().execute(() -> {
                    if (!over && asked == round) {
                        payloadSeen = published.isOk();
                        onHeadRead(first, node, published, now);
                    }
                })));
    }

    /** A payload that does not exist yet may come: then its path is watched, and disarmed when the head changes. */
    private CompletableFuture<Reply<Requests.Node>> payload(String path) {
        return handle.requests().data(path, handle.router()).thenCompose(reply -> {
            if (!reply.is(Code.NONODE)) {
                return CompletableFuture.completedFuture(reply);
            }
            return handle.requests()
                    .exists(path, handle.router())
                    .thenCompose(stat -> stat.isOk()
                            ? handle.requests().data(path, handle.router())
                            : CompletableFuture.completedFuture(reply));
        });
    }

    private void onHeadRead(
            NodeName first,
            Reply<Requests.Node> entry,
            Reply<Requests.Node> payload,
            Outcome<GenerationRecord> record) {
        if (entry.is(Code.NONODE)) {
            look();
        } else if (!(record instanceof Outcome.Done<GenerationRecord> done)) {
            broken("the generation could not be read: " + record);
        } else {
            Generation generation = done.value().generation();
            Outcome<Optional<CandidateInfo>> info = Views.info(election, generation, first, entry, payload);
            if (info instanceof Outcome.Done<Optional<CandidateInfo>> present) {
                tell(present.value());
            } else {
                broken(KeeperErrors.message(entry.code(), entry.path()));
            }
        }
    }

    private void onHeadEvent(EventType type) {
        NodeName first = head;
        if (over || first == null) {
            return;
        }
        if (type == EventType.NodeDeleted) {
            look();
        } else if (type == EventType.NodeDataChanged) {
            readHead(first);
        }
    }

    private void onPayloadEvent(EventType type) {
        NodeName first = head;
        if (over || first == null) {
            return;
        }
        if (type == EventType.NodeCreated || type == EventType.NodeDataChanged || type == EventType.NodeDeleted) {
            readHead(first);
        }
    }

    private void leaveHead() {
        NodeName first = head;
        head = null;
        if (first != null) {
            handle.router().forget(parent + "/" + first.name(), onHead);
            leavePayload(first);
        }
    }

    /** A payload that exists goes with its entry and clears the watch itself. */
    private void leavePayload(NodeName first) {
        if (first.attempt() == null) {
            return;
        }
        if (payloadSeen) {
            handle.router().forget(payloadPath(first), onPayload);
        } else {
            handle.router().forget(payloadPath(first), onPayload, handle.zk());
        }
    }

    // ---- reporting

    private void tell(Optional<CandidateInfo> now) {
        if (!toldAny || !now.equals(told)) {
            toldAny = true;
            told = now;
            sink.head(now);
        }
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
        unwatchParent();
        NodeName first = head;
        head = null;
        if (first != null) {
            handle.router().forget(parent + "/" + first.name(), onHead, handle.zk());
            leavePayload(first);
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
