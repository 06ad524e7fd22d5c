package dev.incumbent.election.zookeeper;

import dev.incumbent.election.Generation;
import dev.incumbent.election.Stamp;
import dev.incumbent.election.Ticker;
import dev.incumbent.election.spi.Ack;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Refusal;
import dev.incumbent.election.spi.Renewal;
import dev.incumbent.election.spi.SessionGrant;
import dev.incumbent.election.spi.SessionId;
import dev.incumbent.election.spi.SessionSignals;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens, renews and ends the session, and follows the generation while it lasts. */
final class Sessions implements Link.Listener {

    private static final Logger log = LoggerFactory.getLogger(Sessions.class);

    private final Link link;
    private final Ground ground;
    private final Timings timings;
    private final Ticker ticker;

    private final Object lock = new Object();
    private volatile @Nullable OpenSession session;
    private @Nullable Opening opening;
    private int logical;

    Sessions(Link link, Ground ground, Timings timings, Ticker ticker) {
        this.link = link;
        this.ground = ground;
        this.timings = timings;
        this.ticker = ticker;
    }

    /** The session with this id, if it is the open one. */
    @Nullable
    OpenSession find(SessionId id) {
        OpenSession open = session;
        return open != null && !open.isOver() && open.id().equals(id) ? open : null;
    }

    static <T> Outcome<T> gone(SessionId id) {
        return new Outcome.Refused<>(Refusal.SESSION_GONE, "session " + id + " is not the open session of this client");
    }

    // ---- opening

    CompletableFuture<Outcome<SessionGrant>> open(SessionSignals signals) {
        OpenSession present = session;
        boolean stands =
                present != null && !present.isOver() && present.handle().isAlive();
        if (present != null && stands && present.handle() == link.current()) {
            // The caller gave up waiting for the first answer; the attempts of that session must stay known.
            present.signals(signals);
            return grantAgain(present);
        }
        Opening begun;
        synchronized (lock) {
            if (opening != null) {
                opening.signals = signals;
                return opening.result;
            }
            begun = new Opening(signals);
            opening = begun;
        }
        link.connected().thenAccept(begun::onConnection);
        return begun.result;
    }

    private CompletableFuture<Outcome<SessionGrant>> grantAgain(OpenSession present) {
        return ground.readOrLay(present.handle()).thenApply(outcome -> {
            Renewal renewal = present.renewal();
            return outcome instanceof Outcome.Done<GenerationRecord> done && renewal != null
                    ? new Outcome.Done<>(
                            new SessionGrant(present.id(), renewal, done.value().generation()))
                    : Views.recast(outcome);
        });
    }

    /** One attempt to open; a second one, asked for while it lasts, gets its answer. */
    private final class Opening {

        private final CompletableFuture<Outcome<SessionGrant>> result = new CompletableFuture<>();
        private volatile SessionSignals signals;

        Opening(SessionSignals signals) {
            this.signals = signals;
        }

        private void fail(Outcome<SessionGrant> outcome) {
            synchronized (lock) {
                opening = null;
            }
            result.complete(outcome);
        }

        private void onConnection(Link.Connection connection) {
            Handle handle = connection.handle();
            if (handle == null) {
                fail(
                        connection.notPermitted()
                                ? new Outcome.Refused<>(Refusal.NOT_PERMITTED, connection.reason())
                                : KeeperErrors.unavailable(connection.reason()));
                return;
            }
            ground.forget();
            ground.readOrLay(handle).thenAccept(outcome -> {
                if (outcome instanceof Outcome.Done<GenerationRecord> done) {
                    onGround(handle, done.value().generation());
                } else {
                    fail(Views.recast(outcome));
                }
            });
        }

        private void onGround(Handle handle, Generation generation) {
            String complaint = timings.complaintAbout(handle.timeout()).orElse("");
            if (!complaint.isEmpty()) {
                log.error("{}", complaint);
                fail(new Outcome.Refused<>(Refusal.INVALID, complaint));
                return;
            }
            RenewalChain chain = new RenewalChain(timings.spacing().toNanos(), handle.created());
            OpenSession opened = new OpenSession(nextId(handle), handle, signals, chain, generation);
            if (chain.proven() != null) {
                grant(opened, generation);
            } else {
                proveByBeats(opened, generation);
            }
        }

        /** On the caller's own connection nobody saw when it was made, so the first thing proved is what two beats prove. */
        private void proveByBeats(OpenSession opened, Generation generation) {
            beat(opened).thenAccept(outcome -> {
                if (opened.renewal() != null) {
                    grant(opened, generation);
                } else if (outcome instanceof Outcome.Done) {
                    Executor later = CompletableFuture.delayedExecutor(
                            timings.spacing().toNanos(), TimeUnit.NANOSECONDS, Runnable::run);
                    later.execute(() -> proveByBeats(opened, generation));
                } else {
                    fail(Views.recast(outcome));
                }
            });
        }

        private void grant(OpenSession opened, Generation generation) {
            Renewal renewal = opened.renewal();
            if (renewal == null) {
                throw new IllegalStateException("nothing is proved");
            }
            synchronized (lock) {
                opening = null;
                session = opened;
            }
            followGeneration(opened);
            if (!opened.handle().isAlive()) {
                lost(opened.handle(), "the session ended while it was opened");
            }
            if (!opened.handle().isConnected()) {
                opened.reachable(false);
            }
            result.complete(new Outcome.Done<>(new SessionGrant(opened.id(), renewal, generation)));
        }
    }

    /** On the caller's connection the core's sessions may follow each other on one ZooKeeper session. */
    private SessionId nextId(Handle handle) {
        String id = "0x" + Long.toHexString(handle.zk().getSessionId());
        if (handle.isOwn()) {
            return new SessionId(id);
        }
        synchronized (lock) {
            logical++;
            return new SessionId(id + "." + logical);
        }
    }

    // ---- renewing

    CompletableFuture<Outcome<Renewal>> renew(SessionId id) {
        OpenSession open = find(id);
        if (open == null) {
            return CompletableFuture.completedFuture(gone(id));
        }
        if (!open.handle().isConnected()) {
            return CompletableFuture.completedFuture(KeeperErrors.unavailable("not connected to ZooKeeper"));
        }
        return beat(open)
                .thenApply(outcome -> outcome instanceof Outcome.Done<Ack> ? proved(open) : Views.recast(outcome));
    }

    private static Outcome<Renewal> proved(OpenSession open) {
        Renewal renewal = open.renewal();
        return renewal != null
                ? new Outcome.Done<>(renewal)
                : KeeperErrors.unavailable("one heartbeat proves nothing yet");
    }

    /** Two multis that only check, the second after the reply to the first. */
    private CompletableFuture<Outcome<Ack>> beat(OpenSession open) {
        if (!open.beginBeat()) {
            return CompletableFuture.completedFuture(KeeperErrors.unavailable("a heartbeat is under way"));
        }
        Stamp firstSent = ticker.stamp();
        return ground.barrier(open.handle())
                .thenCompose(first -> {
                    if (!first.isOk()) {
                        return CompletableFuture.completedFuture(KeeperErrors.<Ack>write(first));
                    }
                    Stamp connected = open.handle().connected();
                    return ground.barrier(open.handle()).thenApply(second -> {
                        if (!second.isOk()) {
                            return KeeperErrors.<Ack>write(second);
                        }
                        open.chain().confirmed(firstSent, ticker.nanoTime(), connected);
                        return new Outcome.Done<>(Ack.ACK);
                    });
                })
                .whenComplete((outcome, failure) -> open.endBeat());
    }

    // ---- the generation

    private void followGeneration(OpenSession open) {
        Consumer<EventType> listener = new Consumer<>() {
            @Override
            public void accept(EventType type) {
                if (open.isOver()) {
                    open.handle().router().forget(ground.layout().generation(), this);
                } else if (type == EventType.NodeDataChanged
                        || type == EventType.NodeCreated
                        || type == EventType.NodeDeleted) {
                    readGeneration(open);
                }
            }
        };
        // A change since the read that opened the session is told after the grant.
        open.handle().router().listen(ground.layout().generation(), listener, () -> {});
        readGeneration(open);
    }

    /**
     * Reads the generation and holds back all events meanwhile: removals that were committed after it must not be told
     * before it.
     */
    private void readGeneration(OpenSession open) {
        Handle handle = open.handle();
        handle.gate().shut();
        handle.requests().data(ground.layout().generation(), handle.router()).thenAccept(reply -> {
            if (reply.is(Code.NONODE)) {
                handle.requests().exists(ground.layout().generation(), handle.router());
            }
            handle.gate().open(() -> onGenerationRead(open, ground.record(reply)));
        });
    }

    private void onGenerationRead(OpenSession open, Outcome<GenerationRecord> outcome) {
        if (outcome instanceof Outcome.Done<GenerationRecord> done) {
            open.tell(done.value().generation());
        } else {
            // What was held back must not be told without the generation that may have preceded it.
            open.handle().router().breakAll("the generation could not be read");
        }
    }

    // ---- what befalls the connection

    @Override
    public void connected(Handle handle) {
        OpenSession open = session;
        if (open != null && open.handle() == handle && !open.isOver()) {
            readGeneration(open);
            if (!open.isReachable()) {
                open.reachable(true);
                open.signals().reachable(open.id());
            }
        }
    }

    @Override
    public void disconnected(Handle handle, String reason) {
        OpenSession open = session;
        if (open != null && open.handle() == handle && !open.isOver()) {
            open.reachable(false);
            open.signals().unreachable(open.id(), reason);
        }
    }

    @Override
    public void lost(Handle handle, String reason) {
        OpenSession open = session;
        boolean first;
        synchronized (lock) {
            first = open != null && open.handle() == handle && !open.isOver();
            if (open != null && first) {
                open.end();
            }
        }
        if (open != null && first) {
            open.signals().lost(open.id(), reason);
        }
    }

    // ---- ending

    CompletableFuture<Outcome<Ack>> close(SessionId id) {
        OpenSession open;
        synchronized (lock) {
            open = find(id);
            if (open == null) {
                return CompletableFuture.completedFuture(new Outcome.Done<>(Ack.ACK));
            }
            open.end();
        }
        OpenSession ending = open;
        if (!ending.handle().isOwn()) {
            return deleteAll(ending);
        }
        return link.endSession(ending.handle())
                .thenApply(ended -> ended
                        ? new Outcome.Done<>(Ack.ACK)
                        : new Outcome.Ambiguous<>(
                                new IllegalStateException("the session could not be closed in order")));
    }

    /** The caller's session goes on, so what was made in it is deleted one by one. */
    private CompletableFuture<Outcome<Ack>> deleteAll(OpenSession ending) {
        Requests requests = ending.handle().requests();
        return requests.ephemerals().thenCompose(reply -> {
            if (!reply.isOk()) {
                return CompletableFuture.completedFuture(KeeperErrors.<Ack>write(reply));
            }
            List<CompletableFuture<Reply<String>>> deletions = new ArrayList<>();
            for (String path : reply.get()) {
                String own = path.substring(link.chroot().length());
                if (isOurs(ending, own)) {
                    deletions.add(requests.delete(own));
                }
            }
            return Futures.all(deletions).thenApply(Sessions::allGone);
        });
    }

    private boolean isOurs(OpenSession ending, String path) {
        String name = Layout.nameOf(path);
        UUID attempt = NodeName.parse(name).map(NodeName::attempt).orElse(null);
        return (attempt != null && ending.attempts().containsKey(attempt))
                || path.startsWith(ground.layout().payloads() + "/");
    }

    private static Outcome<Ack> allGone(List<Reply<String>> replies) {
        return replies.stream()
                .filter(reply -> !reply.isOk() && !reply.is(Code.NONODE))
                .findFirst()
                .map(KeeperErrors::<Ack>write)
                .orElseGet(() -> new Outcome.Done<>(Ack.ACK));
    }
}
