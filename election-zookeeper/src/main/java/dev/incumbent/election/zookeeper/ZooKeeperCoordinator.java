package dev.incumbent.election.zookeeper;

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
import dev.incumbent.election.spi.ObservationSink;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Refusal;
import dev.incumbent.election.spi.Renewal;
import dev.incumbent.election.spi.SessionGrant;
import dev.incumbent.election.spi.SessionId;
import dev.incumbent.election.spi.SessionSignals;
import dev.incumbent.election.spi.Standing;
import dev.incumbent.election.spi.Subscription;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Answers the core from one ZooKeeper ensemble; see the package's description for the recipe. */
final class ZooKeeperCoordinator implements Coordinator {

    private final Link link;
    private final CoordinatorTraits traits;
    private final Ground ground;
    private final Sessions sessions;
    private final Views views;
    private final Entries entries;

    /** The newest follow of each entry, by its path. */
    private final Map<String, EntryFollower> streams = new ConcurrentHashMap<>();

    private ZooKeeperCoordinator(Link link, Ground ground, Timings timings, Ticker ticker) {
        this.link = link;
        this.ground = ground;
        this.traits = new CoordinatorTraits("zookeeper", timings.spacing());
        this.sessions = new Sessions(link, ground, timings, ticker);
        this.views = new Views(ground);
        this.entries = new Entries(link, ground, sessions, views);
    }

    /** Connects in the background. */
    static ZooKeeperCoordinator start(Link link, Ground ground, Timings timings, Ticker ticker) {
        ZooKeeperCoordinator coordinator = new ZooKeeperCoordinator(link, ground, timings, ticker);
        link.start(coordinator.sessions);
        return coordinator;
    }

    @Override
    public CoordinatorTraits traits() {
        return traits;
    }

    /** Asks the newest handle; there is none before the first attempt to connect and after the end. */
    private <T> CompletionStage<Outcome<T>> onHandle(Function<Handle, CompletableFuture<Outcome<T>>> request) {
        Handle handle = usable();
        if (handle == null) {
            return CompletableFuture.completedFuture(KeeperErrors.unavailable("the client is closed"));
        }
        return request.apply(handle);
    }

    private @Nullable Handle usable() {
        return link.isClosed() ? null : link.current();
    }

    @Override
    public CompletionStage<Outcome<SessionGrant>> openSession(SessionSignals signals) {
        return sessions.open(signals);
    }

    @Override
    public CompletionStage<Outcome<Renewal>> renew(SessionId session) {
        return onHandle(handle -> sessions.renew(session));
    }

    @Override
    public CompletionStage<Outcome<Ack>> closeSession(SessionId session) {
        return onHandle(handle -> sessions.close(session));
    }

    @Override
    public CompletionStage<Outcome<Enrolment>> enrol(EnrolRequest request) {
        return onHandle(handle -> entries.enrol(request));
    }

    @Override
    public CompletionStage<Outcome<Optional<Enrolment>>> findOwn(EnrolRequest request) {
        return onHandle(handle -> entries.findOwn(request));
    }

    @Override
    public CompletionStage<Outcome<Standing>> standing(Entry own) {
        EntryFollower stream = streams.get(own.key());
        return onHandle(handle -> (stream != null && stream.isUninterrupted() && stream.handle() == handle
                        ? views.standing(stream, own)
                        : views.standing(handle, own))
                .thenApply(outcome -> ofOpenSession(own, outcome)));
    }

    /** An entry that a lost session left behind may stand for a while, but it is nobody's. */
    private Outcome<Standing> ofOpenSession(Entry own, Outcome<Standing> outcome) {
        return sessions.find(own.session()) != null ? outcome : outcome.map(standing -> new Standing.Gone());
    }

    @Override
    public Subscription follow(Entry own, Optional<String> predecessor, FollowSink sink) {
        Handle handle = usable();
        if (handle == null || !handle.isAlive()) {
            // Not before this method has returned.
            CompletableFuture.runAsync(() -> sink.broken("there is no connection"));
            return () -> {};
        }
        EntryFollower follower = new EntryFollower(handle, own, predecessor, sink);
        streams.put(own.key(), follower);
        follower.start();
        return () -> {
            streams.remove(own.key(), follower);
            follower.close();
        };
    }

    @Override
    public CompletionStage<Outcome<Ack>> withdraw(Entry own) {
        return onHandle(handle -> entries.withdraw(handle, own));
    }

    @Override
    public CompletionStage<Outcome<Ack>> removeOrphan(Entry waiting, String orphan) {
        return CompletableFuture.completedFuture(new Outcome.Refused<>(
                Refusal.INVALID, "ZooKeeper removes the entries of a lost session itself; there are no orphans"));
    }

    @Override
    public CompletionStage<Outcome<List<Entry>>> ownEntries(SessionId session) {
        return onHandle(handle -> entries.ownEntries(session));
    }

    @Override
    public CompletionStage<Outcome<Ack>> updatePayload(Entry own, byte[] payload) {
        return onHandle(handle -> entries.updatePayload(own, payload));
    }

    @Override
    public CompletionStage<Outcome<List<CandidateInfo>>> list(String election) {
        return onHandle(handle -> views.list(handle, election));
    }

    @Override
    public Subscription observe(String election, ObservationSink sink) {
        Handle handle = usable();
        if (handle == null || !handle.isAlive()) {
            // Not before this method has returned.
            CompletableFuture.runAsync(() -> sink.broken("there is no connection"));
            return () -> {};
        }
        HeadObserver observer = new HeadObserver(handle, ground, views, election, sink);
        observer.start();
        return observer;
    }

    @Override
    public CompletionStage<Outcome<Ack>> guardedWrite(Entry own, List<GuardedOp> ops) {
        return onHandle(handle -> new GuardedWrites(ground).write(handle, own, ops));
    }

    @Override
    public CompletionStage<Outcome<Generation>> generation() {
        return onHandle(handle ->
                ground.readOrLayInOrder(handle).thenApply(outcome -> outcome.map(GenerationRecord::generation)));
    }

    @Override
    public CompletionStage<Outcome<Generation>> raiseGeneration(Optional<UUID> authority, long atLeast) {
        return onHandle(handle -> new Raise(ground, views).raise(handle, authority, atLeast));
    }

    @Override
    public void close() {
        link.close();
    }
}
