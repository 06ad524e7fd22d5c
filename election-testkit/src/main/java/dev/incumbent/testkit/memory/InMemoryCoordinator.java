package dev.incumbent.testkit.memory;

import dev.incumbent.election.CandidateInfo;
import dev.incumbent.election.Generation;
import dev.incumbent.election.Stamp;
import dev.incumbent.election.Ticker;
import dev.incumbent.election.spi.Ack;
import dev.incumbent.election.spi.Coordinator;
import dev.incumbent.election.spi.CoordinatorTraits;
import dev.incumbent.election.spi.EnrolRequest;
import dev.incumbent.election.spi.Enrolment;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.FollowSink;
import dev.incumbent.election.spi.GuardedOp;
import dev.incumbent.election.spi.ObservationSink;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Renewal;
import dev.incumbent.election.spi.SessionGrant;
import dev.incumbent.election.spi.SessionId;
import dev.incumbent.election.spi.SessionSignals;
import dev.incumbent.election.spi.Standing;
import dev.incumbent.election.spi.Subscription;
import dev.incumbent.testkit.store.EntryStore;
import dev.incumbent.testkit.store.FollowFilter;
import dev.incumbent.testkit.store.StoreChange;
import dev.incumbent.testkit.store.StoreListener;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;

/** One connection to an {@link InMemoryElections}. Each request is a step on the coordinator's own thread. */
final class InMemoryCoordinator implements Coordinator {

    private final InMemoryElections elections;
    private final Duration ttl;
    private final Ticker ticker;
    private volatile boolean closed;

    // Touched on the coordinator's thread only.
    private final Map<SessionId, SessionSignals> signals = new HashMap<>();
    private final Map<SessionId, Stamp> heardOf = new HashMap<>();
    private final StoreListener sessionStream = this::onSessionChange;

    InMemoryCoordinator(InMemoryElections elections, Duration ttl, Ticker ticker) {
        this.elections = elections;
        this.ttl = ttl;
        this.ticker = ticker;
        elections.attach(sessionStream);
    }

    private void onSessionChange(StoreChange change) {
        if (change instanceof StoreChange.SessionEnded ended) {
            heardOf.remove(ended.session());
            SessionSignals told = signals.remove(ended.session());
            if (told != null) {
                told.lost(ended.session(), "the session is gone: " + ended.by());
            }
        } else if (change instanceof StoreChange.GenerationRaised raised) {
            List.copyOf(signals.values()).forEach(told -> told.generation(raised.generation()));
        }
    }

    @Override
    public CoordinatorTraits traits() {
        return new CoordinatorTraits("memory", Duration.ZERO);
    }

    @Override
    public CompletionStage<Outcome<SessionGrant>> openSession(SessionSignals told) {
        Stamp before = ticker.stamp();
        return request(store -> {
            SessionId id = store.openSession(ttl, elections.now());
            signals.put(id, told);
            heardOf.put(id, before);
            elections.watchExpiry(id, ttl.toNanos());
            return new Outcome.Done<>(new SessionGrant(id, new Renewal(before, ttl), store.generation()));
        });
    }

    @Override
    public CompletionStage<Outcome<Renewal>> renew(SessionId session) {
        Stamp before = ticker.stamp();
        return request(store -> {
            Stamp proved = before;
            Outcome<Ack> outcome = store.renew(session, elections.now());
            if (store.style().chainedRenewals() && outcome instanceof Outcome.Done) {
                // This one has only been heard of; that it arrived proves the one before.
                Stamp earlier = heardOf.put(session, before);
                proved = earlier == null ? before : earlier;
            }
            Renewal renewal = new Renewal(proved, ttl);
            return outcome.map(ack -> renewal);
        });
    }

    @Override
    public CompletionStage<Outcome<Ack>> closeSession(SessionId session) {
        return request(store -> {
            signals.remove(session);
            return store.closeSession(session);
        });
    }

    @Override
    public CompletionStage<Outcome<Enrolment>> enrol(EnrolRequest request) {
        return request(store -> store.enrol(request));
    }

    @Override
    public CompletionStage<Outcome<Optional<Enrolment>>> findOwn(EnrolRequest request) {
        return request(store -> store.findOwn(request));
    }

    @Override
    public CompletionStage<Outcome<Standing>> standing(Entry own) {
        return request(store -> new Outcome.Done<>(store.standing(own)));
    }

    @Override
    public Subscription follow(Entry own, Optional<String> predecessor, FollowSink sink) {
        FollowFilter filter = new FollowFilter(own, predecessor, sink);
        return subscribe(
                filter,
                store -> store.missed(own, predecessor).forEach(filter::onChange),
                () -> filter.interrupt("the connection is closed"));
    }

    @Override
    public Subscription observe(String election, ObservationSink sink) {
        EntryStore store = elections.store();
        HeadFilter filter = new HeadFilter(election, () -> store.head(election), sink);
        return subscribe(filter, ignored -> filter.report(), () -> sink.broken("the connection is closed"));
    }

    private Subscription subscribe(StoreListener filter, Consumer<EntryStore> start, Runnable broken) {
        AtomicBoolean over = new AtomicBoolean();
        StoreListener stream = change -> {
            if (closed && over.compareAndSet(false, true)) {
                broken.run();
            } else if (!over.get()) {
                filter.onChange(change);
            }
        };
        try {
            elections.execute(() -> {
                if (!over.get()) {
                    start.accept(elections.store());
                    elections.attach(stream);
                }
            });
        } catch (RejectedExecutionException gone) {
            return () -> {};
        }
        return () -> {
            over.set(true);
            elections.detach(stream);
        };
    }

    @Override
    public CompletionStage<Outcome<Ack>> withdraw(Entry own) {
        return request(store -> store.withdraw(own));
    }

    @Override
    public CompletionStage<Outcome<Ack>> removeOrphan(Entry waiting, String orphan) {
        return request(store -> store.removeOrphan(waiting, orphan));
    }

    @Override
    public CompletionStage<Outcome<List<Entry>>> ownEntries(SessionId session) {
        return request(store -> store.ownEntries(session));
    }

    @Override
    public CompletionStage<Outcome<Ack>> updatePayload(Entry own, byte[] payload) {
        return request(store -> store.updatePayload(own, payload));
    }

    @Override
    public CompletionStage<Outcome<List<CandidateInfo>>> list(String election) {
        return request(store -> new Outcome.Done<>(store.list(election)));
    }

    @Override
    public CompletionStage<Outcome<Ack>> guardedWrite(Entry own, List<GuardedOp> ops) {
        return request(store -> store.guardedWrite(own, ops));
    }

    @Override
    public CompletionStage<Outcome<Generation>> generation() {
        return request(store -> new Outcome.Done<>(store.generation()));
    }

    @Override
    public CompletionStage<Outcome<Generation>> raiseGeneration(Optional<UUID> authority, long atLeast) {
        return request(store -> {
            Generation raised = store.raise(authority, atLeast);
            while (store.removeOneSuperseded()) {
                // One after the other, waiters before their predecessors.
            }
            return new Outcome.Done<>(raised);
        });
    }

    private <T> CompletionStage<Outcome<T>> request(Function<EntryStore, Outcome<T>> step) {
        CompletableFuture<Outcome<T>> stage = new CompletableFuture<>();
        if (closed) {
            stage.complete(unavailable());
            return stage;
        }
        try {
            elections.execute(() -> stage.complete(closed ? unavailable() : step.apply(elections.store())));
        } catch (RejectedExecutionException gone) {
            stage.complete(unavailable());
        }
        return stage;
    }

    private static <T> Outcome<T> unavailable() {
        return new Outcome.Unavailable<>(new IllegalStateException("the in-memory coordinator is closed"));
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            elections.detach(sessionStream);
        }
    }
}
