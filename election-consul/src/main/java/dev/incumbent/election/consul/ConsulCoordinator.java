package dev.incumbent.election.consul;

import dev.incumbent.election.CandidateInfo;
import dev.incumbent.election.Generation;
import dev.incumbent.election.Ticker;
import dev.incumbent.election.spi.Ack;
import dev.incumbent.election.spi.Coordinator;
import dev.incumbent.election.spi.CoordinatorTraits;
import dev.incumbent.election.spi.EnrolRequest;
import dev.incumbent.election.spi.Enrolment;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.FollowSink;
import dev.incumbent.election.spi.GuardedOp;
import dev.incumbent.election.spi.IoLoop;
import dev.incumbent.election.spi.ObservationSink;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Renewal;
import dev.incumbent.election.spi.SessionGrant;
import dev.incumbent.election.spi.SessionId;
import dev.incumbent.election.spi.SessionSignals;
import dev.incumbent.election.spi.Standing;
import dev.incumbent.election.spi.Subscription;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** Answers the core from one Consul datacenter; see the package's description for the recipe. */
final class ConsulCoordinator implements Coordinator {

    private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final CoordinatorTraits traits = new CoordinatorTraits("consul", Duration.ZERO);
    private final IoLoop loop;
    private final Agents agents;
    private final Ground ground;
    private final Views views;
    private final Sessions sessions;
    private final SharedKeys sharedKeys;
    private final Entries entries;
    private final Follows follows;

    /** Ends what has not been answered when the end comes. */
    private final Set<Runnable> aborts = ConcurrentHashMap.newKeySet();

    private volatile boolean closed;

    ConsulCoordinator(Agents agents, Layout layout, Settings settings, Ticker ticker, RandomGenerator random) {
        this.loop = agents.loop();
        this.agents = agents;
        this.ground = new Ground(agents, layout);
        Waits waits = new Waits(ticker, random, settings.session().ttl().toNanos(), agents.boundNanos());
        this.views = new Views(
                ground,
                new HolderWait(settings.waitForHolders(), settings.session().ttl()));
        GenerationKeeper generations = new GenerationKeeper(ground, waits);
        this.sessions = new Sessions(ground, generations, views, ticker, settings.session());
        this.sharedKeys = new SharedKeys(ground, views);
        this.entries = new Entries(ground, sessions, views, sharedKeys);
        this.follows = new Follows(ground, views, waits, generations, settings.following());
        ground.onRebuilt(this::onRebuilt);
    }

    /**
     * How elections are held.
     *
     * @param session what sessions are made of
     * @param waitForHolders whether the holder of an orphan is given the rest of its time to live
     * @param following how entries are followed
     */
    record Settings(Sessions.Settings session, boolean waitForHolders, ConsulFollowing following) {}

    /** Every place that was read is worth nothing now: the followers have to look again. */
    private void onRebuilt() {
        views.forgetAll();
        sharedKeys.forgetAll();
        follows.breakAll("Consul was rebuilt or restored");
    }

    /** For tests: where everything happens. */
    IoLoop loop() {
        return loop;
    }

    @Override
    public CoordinatorTraits traits() {
        return traits;
    }

    private <T> CompletionStage<Outcome<T>> write(Supplier<CompletableFuture<Outcome<T>>> question) {
        return ask(question, true);
    }

    private <T> CompletionStage<Outcome<T>> read(Supplier<CompletableFuture<Outcome<T>>> question) {
        return ask(question, false);
    }

    private <T> CompletionStage<Outcome<T>> ask(Supplier<CompletableFuture<Outcome<T>>> question, boolean write) {
        CompletableFuture<Outcome<T>> answer = new CompletableFuture<>();
        IllegalStateException end = new IllegalStateException("the client is closed");
        if (closed) {
            return CompletableFuture.completedFuture(new Outcome.Unavailable<>(end));
        }
        Runnable abort = () -> answer.complete(write ? new Outcome.Ambiguous<>(end) : new Outcome.Unavailable<>(end));
        aborts.add(abort);
        loop.execute(() -> begin(question).whenComplete((outcome, defect) -> {
            aborts.remove(abort);
            answer.complete(defect == null ? outcome : new Outcome.Ambiguous<>(defect));
        }));
        if (closed && loop.isClosed()) {
            abort.run();
        }
        return answer;
    }

    private static <T> CompletableFuture<Outcome<T>> begin(Supplier<CompletableFuture<Outcome<T>>> question) {
        try {
            return question.get();
        } catch (RuntimeException defect) {
            return CompletableFuture.failedFuture(defect);
        }
    }

    // ---- the session

    @Override
    public CompletionStage<Outcome<SessionGrant>> openSession(SessionSignals signals) {
        return write(() -> sessions.open(signals));
    }

    @Override
    public CompletionStage<Outcome<Renewal>> renew(SessionId session) {
        return read(() -> sessions.renew(session));
    }

    @Override
    public CompletionStage<Outcome<Ack>> closeSession(SessionId session) {
        return write(() -> sessions.close(session));
    }

    // ---- entries

    @Override
    public CompletionStage<Outcome<Enrolment>> enrol(EnrolRequest request) {
        return write(() -> entries.enrol(request));
    }

    @Override
    public CompletionStage<Outcome<Optional<Enrolment>>> findOwn(EnrolRequest request) {
        return read(() -> entries.findOwn(request));
    }

    @Override
    public CompletionStage<Outcome<Standing>> standing(Entry own) {
        return read(() -> sessions.find(own.session()) != null
                ? views.standing(own).thenCompose(seen -> sharedKeys.pass(own, seen))
                // What a lost session left may stand for a while, but it is nobody's.
                : CompletableFuture.completedFuture(new Outcome.Done<>(new Standing.Gone())));
    }

    @Override
    public Subscription follow(Entry own, Optional<String> predecessor, FollowSink sink) {
        if (closed) {
            // Not before this method has returned.
            CompletableFuture.runAsync(() -> sink.broken("the client is closed"));
            return () -> {};
        }
        return follows.follow(own, predecessor, sink);
    }

    @Override
    public CompletionStage<Outcome<Ack>> withdraw(Entry own) {
        return write(() -> entries.withdraw(own));
    }

    @Override
    public CompletionStage<Outcome<Ack>> removeOrphan(Entry waiting, String orphan) {
        return write(() -> entries.removeOrphan(orphan));
    }

    @Override
    public CompletionStage<Outcome<List<Entry>>> ownEntries(SessionId session) {
        return read(() -> entries.ownEntries(session));
    }

    @Override
    public CompletionStage<Outcome<Ack>> updatePayload(Entry own, byte[] payload) {
        return write(() -> entries.updatePayload(own, payload));
    }

    // ---- what others do

    @Override
    public CompletionStage<Outcome<List<CandidateInfo>>> list(String election) {
        return read(() -> views.list(election));
    }

    @Override
    public Subscription observe(String election, ObservationSink sink) {
        if (closed) {
            // Not before this method has returned.
            CompletableFuture.runAsync(() -> sink.broken("the client is closed"));
            return () -> {};
        }
        return follows.observe(election, sink);
    }

    @Override
    public CompletionStage<Outcome<Ack>> guardedWrite(Entry own, List<GuardedOp> ops) {
        return write(() -> new GuardedWrites(ground).write(own, ops));
    }

    @Override
    public CompletionStage<Outcome<Generation>> generation() {
        return read(() -> ground.readOrLay().thenApply(outcome -> outcome.map(GenerationRecord::generation)));
    }

    @Override
    public CompletionStage<Outcome<Generation>> raiseGeneration(Optional<UUID> authority, long atLeast) {
        return write(() -> new Raise(ground).raise(authority, atLeast));
    }

    // ---- the end

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        loop.execute(() -> {
            follows.breakAll("the client is closed");
            agents.close();
            // What is answered now may hand in more.
            loop.execute(loop::close);
        });
        boolean interrupted = false;
        try {
            loop.awaitEnd(CLOSE_NANOS);
        } catch (InterruptedException interrupt) {
            interrupted = true;
        }
        aborts.forEach(Runnable::run);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
