package dev.incumbent.election.internal.runtime;

import dev.incumbent.election.CampaignOptions;
import dev.incumbent.election.Candidacy;
import dev.incumbent.election.CandidacyClosedException;
import dev.incumbent.election.CandidacyState;
import dev.incumbent.election.CandidateId;
import dev.incumbent.election.Leadership;
import dev.incumbent.election.LeadershipListener;
import dev.incumbent.election.RevocationCause;
import dev.incumbent.election.internal.machine.CandidacyCommand;
import dev.incumbent.election.internal.machine.CandidacyEvent;
import dev.incumbent.election.internal.machine.CandidacyLogic;
import dev.incumbent.election.internal.machine.CandidacyModel;
import dev.incumbent.election.internal.machine.CandidacySettings;
import dev.incumbent.election.internal.machine.Lease;
import dev.incumbent.election.internal.machine.Move;
import dev.incumbent.election.internal.machine.Term;
import dev.incumbent.election.spi.Ack;
import dev.incumbent.election.spi.EnrolRequest;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.FollowSink;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Refusal;
import dev.incumbent.election.spi.Subscription;
import dev.incumbent.fencing.FencingToken;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs one candidacy's machine on the client's event loop and shows it to the application. */
final class CandidacyRunner implements Candidacy {

    private static final Logger log = LoggerFactory.getLogger(CandidacyRunner.class);

    private final CoordinatedClient client;
    private final String election;
    private final CandidateId candidateId;
    private final CampaignOptions options;
    private final CandidacySettings settings;
    private final CandidacyLogic logic;
    private final SerialCallbacks callbacks;
    private final @Nullable TermHook hook;
    private final OfficeWaiters waiters;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    private volatile CandidacyModel model = CandidacyModel.initial();
    private volatile @Nullable LeadershipTerm leadership;

    // Touched on the event loop only.
    private byte[] payload;
    private @Nullable EnrolRequest request;
    private Subscription follow = () -> {};
    private Subscription timer = () -> {};
    private List<CompletableFuture<Void>> releaseWaiters = new ArrayList<>();

    CandidacyRunner(
            CoordinatedClient client,
            String election,
            CampaignOptions options,
            CandidacyLogic logic,
            @Nullable TermHook hook) {
        this.client = client;
        this.election = election;
        this.candidateId = options.candidateId().orElse(client.runtime().defaultCandidate());
        this.options = options;
        this.settings =
                new CandidacySettings(client.timing(), options.drainTimeout().toNanos(), options.releaseUndrained());
        this.logic = logic;
        this.callbacks =
                new SerialCallbacks(client.runtime().callbacks(), "candidate " + candidateId + " in " + election);
        this.hook = hook;
        this.waiters = new OfficeWaiters(client.runtime().callbacks());
        this.payload = options.payload();
    }

    CandidacyModel model() {
        return model;
    }

    void post(CandidacyEvent event) {
        client.runtime().loop().execute(() -> handle(event));
    }

    /** One step, on the event loop. The new state is published before any command is carried out. */
    void handle(CandidacyEvent event) {
        CandidacyModel before = model;
        CandidacyLogic.Step step = logic.step(before, event, client.keeper().context(), settings);
        model = step.state();
        Term term = step.state().term();
        Term concerned = term != null ? term : before.term();
        step.moves().forEach(move -> log(move, concerned));
        LeadershipTerm current = leadership;
        if (term != null && current != null && current.number() == term.number()) {
            current.confirm(term.confirmedLeaps());
        }
        step.commands().forEach(this::carryOut);
    }

    private void log(Move move, @Nullable Term term) {
        log.info(
                "{} candidate {}: {} -> {} ({}){}",
                election,
                candidateId,
                move.from(),
                move.to(),
                move.why(),
                term == null ? "" : ", token " + term.entry().token());
    }

    private void carryOut(CandidacyCommand command) {
        if (command instanceof CandidacyCommand.Elect elect) {
            elect(elect.term());
        } else if (command instanceof CandidacyCommand.Revoke revoke) {
            revoke(revoke.term(), revoke.cause());
        } else if (command instanceof CandidacyCommand.Suspect suspect) {
            tell(suspect.term(), (listener, term) -> listener.suspect(term, suspect.reason()));
        } else if (command instanceof CandidacyCommand.Recover recover) {
            tell(recover.term(), LeadershipListener::recovered);
        } else if (command instanceof CandidacyCommand.Released) {
            List<CompletableFuture<Void>> done = releaseWaiters;
            releaseWaiters = new ArrayList<>();
            done.forEach(this::completeOutside);
        } else if (command instanceof CandidacyCommand.WakeAt wake) {
            timer.close();
            long delay = Math.max(0, wake.nanos() - client.runtime().ticker().nanoTime());
            timer = client.runtime().loop().schedule(() -> handle(new CandidacyEvent.Woken()), delay);
        } else if (command instanceof CandidacyCommand.CancelWake) {
            timer.close();
        } else if (command instanceof CandidacyCommand.End end) {
            end(end.failure());
        } else {
            request(command);
        }
    }

    // ---- requests to the coordinator

    private void request(CandidacyCommand command) {
        if (command instanceof CandidacyCommand.Enrol enrol) {
            enrol(enrol.attempt());
        } else if (command instanceof CandidacyCommand.FindOwn find) {
            EnrolRequest lost = request;
            if (lost != null) {
                client.calls()
                        .read(
                                "Looking for a lost entry",
                                () -> client.coordinator().findOwn(lost),
                                outcome -> handle(new CandidacyEvent.FindDone(find.attempt(), outcome)));
            }
        } else if (command instanceof CandidacyCommand.ReadStanding read) {
            client.calls()
                    .read(
                            "Reading the queue",
                            () -> client.coordinator().standing(read.entry()),
                            outcome -> handle(new CandidacyEvent.StandingRead(read.read(), outcome)));
        } else if (command instanceof CandidacyCommand.Withdraw withdraw) {
            Entry entry = withdraw.entry();
            client.calls()
                    .write(
                            "Releasing the entry",
                            () -> client.coordinator().withdraw(entry),
                            outcome -> handle(new CandidacyEvent.WithdrawDone(entry.epoch(), outcome)));
        } else if (command instanceof CandidacyCommand.RemoveOrphan remove) {
            client.calls()
                    .write(
                            "Removing an orphan",
                            () -> client.coordinator().removeOrphan(remove.entry(), remove.orphan()),
                            outcome -> handle(new CandidacyEvent.OrphanDone(remove.orphan(), outcome)));
        } else if (command instanceof CandidacyCommand.Follow following) {
            follow.close();
            follow = client.coordinator()
                    .follow(following.entry(), following.predecessor(), new Sink(following.follow()));
        } else if (command instanceof CandidacyCommand.Unfollow) {
            follow.close();
            follow = () -> {};
        } else if (command instanceof CandidacyCommand.Sweep) {
            client.sweeper().watch();
        } else if (command instanceof CandidacyCommand.DoubtSession doubt) {
            client.doubtSession(doubt.reason());
        } else if (command instanceof CandidacyCommand.ReadGeneration) {
            client.readGeneration();
        }
    }

    private void enrol(long attempt) {
        Lease lease = client.keeper().lease();
        var generation = client.keeper().state().generation();
        if (lease == null || generation == null) {
            post(new CandidacyEvent.EnrolDone(
                    attempt, new Outcome.Unavailable<>(new IllegalStateException("no session is open"))));
            return;
        }
        UUID identity = new UUID(
                client.runtime().random().nextLong(), client.runtime().random().nextLong());
        EnrolRequest entering =
                new EnrolRequest(election, lease.session(), identity, candidateId, payload.clone(), generation);
        request = entering;
        client.calls()
                .write(
                        "Entering the queue",
                        () -> client.coordinator().enrol(entering),
                        outcome -> handle(new CandidacyEvent.EnrolDone(attempt, outcome)));
    }

    /** Brings what an adapter reports to the event loop, stamped with the follow it belongs to. */
    private final class Sink implements FollowSink {

        private final long number;

        Sink(long number) {
            this.number = number;
        }

        @Override
        public void predecessorGone() {
            post(new CandidacyEvent.PredecessorGone(number));
        }

        @Override
        public void predecessorOrphaned(Duration holderTtl) {
            post(new CandidacyEvent.PredecessorOrphaned(number, holderTtl));
        }

        @Override
        public void ownGone() {
            post(new CandidacyEvent.OwnGone(number));
        }

        @Override
        public void broken(String reason) {
            post(new CandidacyEvent.FollowBroken(number, reason));
        }
    }

    // ---- terms

    private void elect(Term term) {
        LeadershipTerm elected = new LeadershipTerm(client.keeper(), this, term);
        leadership = elected;
        if (hook != null) {
            hook.elected(elected);
        }
        tell(term, LeadershipListener::elected);
        waiters.elected(elected);
    }

    private void revoke(Term term, RevocationCause cause) {
        LeadershipTerm over = leadership;
        if (over == null || over.number() != term.number()) {
            return;
        }
        over.end(cause);
        leadership = null;
        waiters.vacated();
        CompletableFuture<Void> told = new CompletableFuture<>();
        callbacks.submit(() -> {
            try {
                over.tellEnd(cause);
                options.listeners().forEach(listener -> guarded(listener, () -> listener.revoked(over, cause)));
            } finally {
                told.complete(null);
            }
        });
        CompletionStage<Void> stopped =
                hook == null ? CompletableFuture.completedStage(null) : hook.revoked(over, cause);
        CompletableFuture.allOf(told, stopped.toCompletableFuture())
                .whenComplete((done, failure) -> post(new CandidacyEvent.Drained(term.number())));
    }

    private void tell(Term term, BiConsumer<LeadershipListener, Leadership> call) {
        LeadershipTerm current = leadership;
        if (current != null
                && current.number() == term.number()
                && !options.listeners().isEmpty()) {
            callbacks.submit(() ->
                    options.listeners().forEach(listener -> guarded(listener, () -> call.accept(listener, current))));
        }
    }

    /** One listener's exception must not keep the next from being told. */
    private void guarded(LeadershipListener listener, Runnable call) {
        try {
            call.run();
        } catch (RuntimeException | Error thrown) {
            log.error("Listener {} of candidate {} in {} threw", listener, candidateId, election, thrown);
        }
    }

    private void end(String failure) {
        follow.close();
        timer.close();
        client.forget(this);
        waiters.ended(new CandidacyClosedException(
                "Candidate " + candidateId + " in election " + election + " on "
                        + client.coordinator().traits().backend() + " "
                        + (failure.isEmpty() ? "was closed" : "cannot stand: " + failure),
                null));
        releaseWaiters.forEach(this::completeOutside);
        ended.complete(null);
    }

    private void completeOutside(CompletableFuture<Void> future) {
        client.outside(() -> future.complete(null));
    }

    // ---- what the application sees

    @Override
    public String election() {
        return election;
    }

    @Override
    public CandidateId candidateId() {
        return candidateId;
    }

    @Override
    public CandidacyState state() {
        return model.phase();
    }

    @Override
    public Optional<Leadership> leadership() {
        return Optional.ofNullable(leadership);
    }

    @Override
    public Leadership awaitLeadership() throws InterruptedException {
        return waiters.await();
    }

    @Override
    public Optional<Leadership> awaitLeadership(Duration timeout) throws InterruptedException {
        return waiters.await(timeout);
    }

    @Override
    public CompletionStage<Leadership> whenLeading() {
        return waiters.stage();
    }

    @Override
    public CompletionStage<Void> resign() {
        return leave(RevocationCause.RESIGNED);
    }

    CompletionStage<Void> leave(RevocationCause cause) {
        post(new CandidacyEvent.Leave(cause));
        CompletableFuture<Void> left = new CompletableFuture<>();
        ended.whenComplete((done, failure) -> completeOutside(left));
        return left.minimalCompletionStage();
    }

    @Override
    public CompletionStage<Void> requeue() {
        return requeue(0);
    }

    CompletionStage<Void> requeue(long delayNanos) {
        CompletableFuture<Void> released = new CompletableFuture<>();
        client.runtime().loop().execute(() -> {
            if (model.phase() == CandidacyState.CLOSED || model.entry() == null) {
                completeOutside(released);
            } else {
                releaseWaiters.add(released);
            }
            handle(new CandidacyEvent.Requeue(delayNanos));
        });
        return released.minimalCompletionStage();
    }

    @Override
    public CompletionStage<Void> proclaim(byte[] bytes) {
        byte[] copy = CampaignOptions.checkedPayload(bytes);
        CompletableFuture<Void> done = new CompletableFuture<>();
        client.runtime().loop().execute(() -> proclaim(copy, done));
        return done.minimalCompletionStage();
    }

    private void proclaim(byte[] bytes, CompletableFuture<Void> done) {
        Entry own = model.entry();
        payload = bytes;
        if (own == null || model.phase() == CandidacyState.RELEASING) {
            client.outside(() -> done.completeExceptionally(client.failure(
                    "Candidate " + candidateId + " has no entry in " + election
                            + " now; the payload goes with its next one",
                    new Outcome.Refused<>(Refusal.ENTRY_GONE, "no entry"))));
            return;
        }
        Consumer<Outcome<Ack>> then = outcome -> client.outside(() -> {
            if (outcome instanceof Outcome.Done) {
                done.complete(null);
            } else {
                done.completeExceptionally(
                        client.failure("The payload of " + candidateId + " in " + election, outcome));
            }
        });
        client.calls().write("Changing the payload", () -> client.coordinator().updatePayload(own, bytes), then);
    }

    void fenced(long term, @Nullable FencingToken highest) {
        post(new CandidacyEvent.Fenced(term, highest));
    }

    @Override
    public void close() {
        leave(RevocationCause.CLOSED);
        client.awaitUnlessInside(ended, "Candidate " + candidateId + " in " + election);
    }

    @Override
    public String toString() {
        return "Candidacy[" + candidateId + " in " + election + ", " + model.phase() + "]";
    }
}
