package dev.incumbent.testkit.simulation;

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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** One process's connection to the {@link SimulatedStore}, over a network that does what networks do. */
final class SimulatedCoordinator implements Coordinator {

    private final Simulation simulation;
    private final SimulatedProcess process;
    private final SimulatedStore store;
    private final Witness witness;
    private final Ticker ticker;
    private final StoreListener listener = this::onChange;

    private final Map<SessionId, SessionSignals> signals = new LinkedHashMap<>();
    private final Map<SessionId, Stamp> answered = new LinkedHashMap<>();
    private final Set<Pending<?>> open = new LinkedHashSet<>();
    private final List<Stream> streams = new ArrayList<>();
    private Weather weather;
    private boolean up = true;
    private long link;
    private boolean closed;
    private long downSince;
    private long stalledUntil;
    private long streamTail;

    /** A request on its way. */
    private record Pending<T>(CompletableFuture<Outcome<T>> stage, boolean write, String what) {
        void fail(String why) {
            TimeoutException cause = new TimeoutException(what + ": " + why);
            stage.complete(write ? new Outcome.Ambiguous<>(cause) : new Outcome.Unavailable<>(cause));
        }
    }

    SimulatedCoordinator(
            Simulation simulation,
            SimulatedProcess process,
            Ticker ticker,
            SimulatedStore store,
            Weather weather,
            Witness witness) {
        this.simulation = simulation;
        this.process = process;
        this.store = store;
        this.weather = weather;
        this.witness = witness;
        this.ticker = ticker;
        store.attach(listener);
    }

    // ---- what befalls the connection

    void weather(Weather next) {
        weather = next;
    }

    boolean isUp() {
        return up;
    }

    /** For how long nothing has come through, in nanoseconds; 0 while something can. */
    long downFor() {
        return up ? 0 : simulation.now() - downSince;
    }

    void cut() {
        if (up) {
            simulation.log("FAULT", () -> "connection of " + process.name() + " breaks");
            up = false;
            downSince = simulation.now();
            long noticed = simulation.chance(0.3) ? simulation.between(0, 3 * Simulation.SECOND) : Simulation.MILLI;
            long broken = link;
            process.post(noticed, () -> {
                if (link == broken) {
                    onBreak();
                }
            });
        }
    }

    /** Every stream ends and has to be begun anew; requests are not concerned. */
    void breakStreams() {
        simulation.log("FAULT", () -> "streams of " + process.name() + " break");
        process.post(0, this::endStreams);
    }

    private void endStreams() {
        List<Stream> broken = List.copyOf(streams);
        streams.clear();
        broken.forEach(stream -> stream.end("the connection broke"));
    }

    private void onBreak() {
        List.copyOf(open).forEach(pending -> pending.fail("the connection broke"));
        open.clear();
        endStreams();
        signals.forEach((session, told) -> told.unreachable(session, "the connection broke"));
    }

    void heal() {
        if (!up) {
            simulation.log("FAULT", () -> "connection of " + process.name() + " heals");
            onBreak();
            link++;
            up = true;
            process.post(delay(), () -> {
                if (up) {
                    signals.forEach((session, told) -> told.reachable(session));
                    signals.forEach((session, told) -> tellGeneration(told));
                }
            });
        }
    }

    private void tellGeneration(SessionSignals told) {
        this.<Generation>request(false, "catch up", now -> new Outcome.Done<>(now.generation()))
                .thenAccept(outcome -> {
                    if (outcome instanceof Outcome.Done<Generation> done) {
                        told.generation(done.value());
                    } else if (!closed && up) {
                        process.post(500 * Simulation.MILLI, () -> tellGeneration(told));
                    }
                });
    }

    /** Nothing is lost, but nothing arrives for a while. */
    void stall(long nanos) {
        simulation.log(
                "FAULT", () -> "connection of " + process.name() + " stalls for " + nanos / Simulation.MILLI + " ms");
        stalledUntil = simulation.now() + nanos;
    }

    // ---- messages

    private long delay() {
        long usual = simulation.chance(weather.slow())
                ? simulation.between(Simulation.MILLI, 2 * Simulation.SECOND)
                : simulation.between(100_000, 20 * Simulation.MILLI);
        return Math.max(0, stalledUntil - simulation.now()) + usual;
    }

    private <T> CompletionStage<Outcome<T>> request(boolean write, String what, Function<EntryStore, Outcome<T>> step) {
        return request(write, false, what, step);
    }

    private <T> CompletionStage<Outcome<T>> request(
            boolean write, boolean repeatable, String what, Function<EntryStore, Outcome<T>> step) {
        CompletableFuture<Outcome<T>> stage = new CompletableFuture<>();
        simulation.log(process.name(), () -> "asks: " + what);
        if (closed || !up) {
            process.post(
                    simulation.between(1_000, Simulation.MILLI),
                    () -> stage.complete(new Outcome.Unavailable<>(new IllegalStateException("not connected"))));
            return stage;
        }
        Pending<T> pending = new Pending<>(stage, write, what);
        open.add(pending);
        if (simulation.chance(weather.drop())) {
            simulation.log("net", () -> "drops the request: " + what);
            giveUp(pending);
        } else if (simulation.chance(weather.late())) {
            simulation.log("net", () -> "keeps back: " + what);
            send(pending, step, simulation.between(Simulation.SECOND, 15 * Simulation.SECOND), false);
            giveUp(pending);
        } else {
            boolean replies = !simulation.chance(weather.replyLost());
            if (simulation.chance(weather.twice()) && (repeatable || !replies)) {
                simulation.log("net", () -> "doubles: " + what);
                send(pending, step, delay() + simulation.between(0, 5 * Simulation.SECOND), false);
            }
            send(pending, step, delay(), replies);
            if (!replies) {
                simulation.log("net", () -> "will lose the reply: " + what);
                giveUp(pending);
            }
        }
        return stage;
    }

    /** The adapter notices after a while that no reply will come, or only when the connection breaks. */
    private void giveUp(Pending<?> pending) {
        if (simulation.chance(0.6)) {
            process.post(simulation.between(50 * Simulation.MILLI, 5 * Simulation.SECOND), () -> {
                if (open.remove(pending)) {
                    pending.fail("no reply");
                }
            });
        }
    }

    private <T> void send(Pending<T> pending, Function<EntryStore, Outcome<T>> step, long after, boolean replies) {
        boolean survivesBreak = simulation.chance(0.5);
        simulation.after(after, () -> {
            if (!store.isAvailable() || (!up && !survivesBreak)) {
                if (replies) {
                    giveUp(pending);
                }
                return;
            }
            Outcome<T> outcome = step.apply(store.entries());
            simulation.log("store", () -> process.name() + " " + pending.what() + " -> " + outcome);
            if (replies) {
                process.post(delay(), () -> {
                    if (up && open.remove(pending)) {
                        pending.stage().complete(outcome);
                    }
                });
            }
        });
    }

    // ---- streams: one channel to this process, in commit order

    /** Something told in order. */
    private abstract class Stream implements Subscription {
        boolean over;

        abstract void tell(StoreChange change);

        abstract void end(String why);

        @Override
        public void close() {
            over = true;
            streams.remove(this);
        }

        void breakOff(String why) {
            if (!over) {
                streams.remove(this);
                end(why);
            }
        }

        /** Begins at the store after a while, unless the request is lost; that is noticed. */
        void begin(Runnable atStore) {
            if (closed || !up || simulation.chance(weather.drop())) {
                process.post(simulation.between(Simulation.MILLI, 2 * Simulation.SECOND), () -> end("not connected"));
                return;
            }
            streams.add(this);
            simulation.after(delay(), () -> {
                if (over) {
                    return;
                }
                if (up && store.isAvailable()) {
                    atStore.run();
                } else {
                    process.post(simulation.between(0, Simulation.SECOND), () -> breakOff("not connected"));
                }
            });
        }
    }

    private void deliver(Runnable message) {
        streamTail = Math.max(streamTail, simulation.now() + delay());
        // By way of the simulation's clock and not of the process's, so that what is deferred keeps its order.
        process.post(streamTail - simulation.now(), () -> {
            if (up) {
                message.run();
            }
        });
    }

    private void onChange(StoreChange change) {
        if (closed || !up) {
            return;
        }
        if (change instanceof StoreChange.SessionEnded ended && signals.containsKey(ended.session())) {
            if (simulation.chance(0.7)) {
                deliver(() -> lost(ended.session(), "ended by " + ended.by()));
            }
        } else if (change instanceof StoreChange.GenerationRaised raised) {
            deliver(() -> List.copyOf(signals.values()).forEach(told -> told.generation(raised.generation())));
        }
        for (Stream stream : List.copyOf(streams)) {
            stream.tell(change);
        }
    }

    private void lost(SessionId session, String reason) {
        SessionSignals told = signals.remove(session);
        if (told != null) {
            told.lost(session, reason);
        }
    }

    private final class Follow extends Stream {
        private final Entry own;
        private final FollowFilter filter;
        private final Optional<String> predecessor;
        private boolean armed;

        Follow(Entry own, Optional<String> predecessor, FollowSink sink) {
            this.own = own;
            this.predecessor = predecessor;
            this.filter = new FollowFilter(own, predecessor, sink);
        }

        void start() {
            begin(() -> {
                armed = true;
                store.entries().missed(own, predecessor).forEach(this::tell);
            });
        }

        @Override
        void tell(StoreChange change) {
            if (over || !armed || !filter.concerns(change)) {
                return;
            }
            if (simulation.chance(weather.streamBroken())) {
                simulation.log("net", () -> "ends the stream of " + process.name() + " about " + own.epoch());
                armed = false;
                deliver(() -> breakOff("the stream was cut"));
                return;
            }
            deliver(() -> {
                if (!over && streams.contains(this)) {
                    simulation.log(process.name(), () -> "hears: " + own.epoch() + " " + change);
                    report(change);
                }
            });
        }

        private void report(StoreChange change) {
            boolean ownGone = isOwnGone(change);
            boolean[] listening = new boolean[1];
            if (ownGone) {
                process.loop().execute(() -> listening[0] = !over);
            }
            filter.onChange(change);
            if (ownGone) {
                process.loop().execute(() -> {
                    if (listening[0]) {
                        witness.knows(own);
                    }
                });
            }
        }

        private boolean isOwnGone(StoreChange change) {
            return change instanceof StoreChange.Removed removed
                    && removed.entry().entry().epoch() == own.epoch();
        }

        @Override
        void end(String why) {
            if (!over) {
                filter.interrupt(why);
            }
        }
    }

    private final class Observe extends Stream {
        private final String election;
        private final ObservationSink sink;
        private boolean armed;

        Observe(String election, ObservationSink sink) {
            this.election = election;
            this.sink = sink;
        }

        void start() {
            begin(() -> {
                armed = true;
                send();
            });
        }

        private void send() {
            Optional<CandidateInfo> head = store.entries().head(election);
            deliver(() -> {
                if (!over && streams.contains(this)) {
                    sink.head(head);
                }
            });
        }

        @Override
        void tell(StoreChange change) {
            boolean moves = change instanceof StoreChange.Added
                    || change instanceof StoreChange.Removed
                    || change instanceof StoreChange.PayloadChanged;
            if (armed && !over && moves) {
                send();
            }
        }

        @Override
        void end(String why) {
            if (!over) {
                over = true;
                sink.broken(why);
            }
        }
    }

    // ---- the coordinator

    @Override
    public CoordinatorTraits traits() {
        return new CoordinatorTraits("simulated", Duration.ZERO);
    }

    @Override
    public CompletionStage<Outcome<SessionGrant>> openSession(SessionSignals told) {
        Stamp before = ticker.stamp();
        return this.<SessionGrant>request(true, "open session", now -> {
                    SessionId id = now.openSession(store.ttl(), simulation.now());
                    return new Outcome.Done<>(new SessionGrant(id, new Renewal(before, store.ttl()), now.generation()));
                })
                .thenApply(outcome -> {
                    if (outcome instanceof Outcome.Done<SessionGrant> done) {
                        signals.put(done.value().id(), told);
                        answered.put(done.value().id(), before);
                        if (!store.entries().generation().equals(done.value().generation())) {
                            process.post(delay(), () -> tellGeneration(told));
                        }
                    }
                    return outcome;
                });
    }

    @Override
    public CompletionStage<Outcome<Renewal>> renew(SessionId session) {
        Stamp before = ticker.stamp();
        Stamp earlier = answered.getOrDefault(session, before);
        return this.<Ack>request(true, true, "renew " + session, now -> now.renew(session, simulation.now()))
                .thenApply(outcome -> {
                    if (!(outcome instanceof Outcome.Done)) {
                        return outcome.map(ack -> new Renewal(before, store.ttl()));
                    }
                    if (!store.entries().style().chainedRenewals()) {
                        return new Outcome.Done<>(new Renewal(before, store.ttl()));
                    }
                    Stamp newest = answered.getOrDefault(session, before);
                    answered.put(session, before.nanosSince(newest) > 0 ? before : newest);
                    return new Outcome.Done<>(new Renewal(earlier, store.ttl()));
                });
    }

    @Override
    public CompletionStage<Outcome<Ack>> closeSession(SessionId session) {
        witness.closingSession(session);
        signals.remove(session);
        return request(true, true, "close " + session, now -> now.closeSession(session));
    }

    @Override
    public CompletionStage<Outcome<Enrolment>> enrol(EnrolRequest request) {
        return request(true, "enrol in " + request.election() + " for " + request.session(), now -> now.enrol(request));
    }

    @Override
    public CompletionStage<Outcome<Optional<Enrolment>>> findOwn(EnrolRequest request) {
        return request(false, "find own in " + request.election(), now -> now.findOwn(request));
    }

    @Override
    public CompletionStage<Outcome<Standing>> standing(Entry own) {
        return request(false, "standing of " + own.epoch(), now -> new Outcome.Done<>(now.standing(own)));
    }

    @Override
    public Subscription follow(Entry own, Optional<String> predecessor, FollowSink sink) {
        simulation.log(process.name(), () -> "follows " + own.epoch() + " behind " + predecessor.orElse("nobody"));
        Follow follow = new Follow(own, predecessor, sink);
        follow.start();
        return follow;
    }

    @Override
    public CompletionStage<Outcome<Ack>> withdraw(Entry own) {
        witness.withdrawing(own);
        return request(true, true, "withdraw " + own.epoch(), now -> now.withdraw(own));
    }

    @Override
    public CompletionStage<Outcome<Ack>> removeOrphan(Entry waiting, String orphan) {
        return request(true, true, "remove orphan " + orphan, now -> now.removeOrphan(waiting, orphan));
    }

    @Override
    public CompletionStage<Outcome<List<Entry>>> ownEntries(SessionId session) {
        return request(false, "own entries of " + session, now -> now.ownEntries(session));
    }

    @Override
    public CompletionStage<Outcome<Ack>> updatePayload(Entry own, byte[] payload) {
        return request(true, "payload of " + own.epoch(), now -> now.updatePayload(own, payload));
    }

    @Override
    public CompletionStage<Outcome<List<CandidateInfo>>> list(String election) {
        return request(false, "list " + election, now -> new Outcome.Done<>(now.list(election)));
    }

    @Override
    public Subscription observe(String election, ObservationSink sink) {
        Observe observe = new Observe(election, sink);
        observe.start();
        return observe;
    }

    @Override
    public CompletionStage<Outcome<Ack>> guardedWrite(Entry own, List<GuardedOp> ops) {
        return request(true, "guarded write under " + own.epoch(), now -> now.guardedWrite(own, ops));
    }

    @Override
    public CompletionStage<Outcome<Generation>> generation() {
        return request(false, "generation", now -> new Outcome.Done<>(now.generation()));
    }

    @Override
    public CompletionStage<Outcome<Generation>> raiseGeneration(Optional<UUID> authority, long atLeast) {
        return request(true, "raise generation", now -> {
            Generation raised = now.raise(authority, atLeast);
            store.removeSuperseded();
            return new Outcome.Done<>(raised);
        });
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            List.copyOf(open).forEach(pending -> pending.fail("closed"));
            open.clear();
            streams.clear();
            store.detach(listener);
        }
    }
}
