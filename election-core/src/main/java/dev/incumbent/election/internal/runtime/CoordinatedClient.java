package dev.incumbent.election.internal.runtime;

import dev.incumbent.election.CampaignOptions;
import dev.incumbent.election.CandidacyExistsException;
import dev.incumbent.election.CandidacyState;
import dev.incumbent.election.ClientHealth;
import dev.incumbent.election.Election;
import dev.incumbent.election.ElectionAdmin;
import dev.incumbent.election.ElectionClient;
import dev.incumbent.election.ElectionConfig;
import dev.incumbent.election.ElectionException;
import dev.incumbent.election.ElectionUnavailableException;
import dev.incumbent.election.IndeterminateException;
import dev.incumbent.election.RevocationCause;
import dev.incumbent.election.internal.machine.CandidacyEvent;
import dev.incumbent.election.internal.machine.CandidacyLogic;
import dev.incumbent.election.internal.machine.CandidacyMachine;
import dev.incumbent.election.internal.machine.CandidacyModel;
import dev.incumbent.election.internal.machine.Failures;
import dev.incumbent.election.internal.machine.Lease;
import dev.incumbent.election.internal.machine.SessionEvent;
import dev.incumbent.election.internal.machine.SessionPhase;
import dev.incumbent.election.internal.machine.SessionState;
import dev.incumbent.election.internal.machine.Timing;
import dev.incumbent.election.spi.Coordinator;
import dev.incumbent.election.spi.ElectionRuntime;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.SessionId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client: one session, one event loop, any number of candidacies and observers on it.
 *
 * <p>All mutable state below it belongs to the event loop. Nothing on the loop blocks or runs user code.
 */
public final class CoordinatedClient implements ElectionClient, SessionKeeper.Audience {

    private static final Logger log = LoggerFactory.getLogger(CoordinatedClient.class);

    private final Coordinator coordinator;
    private final ElectionConfig config;
    private final ElectionRuntime runtime;
    private final CandidacyLogic logic;
    private final Timing timing;
    private final Calls calls;
    private final SessionKeeper keeper;
    private final Sweeper sweeper;
    private final Map<String, Election> elections = new ConcurrentHashMap<>();
    private final Map<String, CandidacyRunner> candidacies = new ConcurrentHashMap<>();
    private final Map<String, ObservedElection> observed = new ConcurrentHashMap<>();
    private final AtomicBoolean closing = new AtomicBoolean();
    private final CompletableFuture<Void> sessionClosed = new CompletableFuture<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    private CoordinatedClient(
            Coordinator coordinator, ElectionConfig config, ElectionRuntime runtime, CandidacyLogic logic) {
        this.coordinator = coordinator;
        this.config = config;
        this.runtime = runtime;
        this.logic = logic;
        this.timing = Timing.of(config, coordinator.traits().minRenewSpacing());
        this.calls = new Calls(runtime.loop(), config.callTimeout().toNanos());
        this.keeper = new SessionKeeper(coordinator, runtime, calls, timing, this);
        this.sweeper = new Sweeper(this);
    }

    /**
     * Starts a client.
     *
     * @param coordinator the coordinator; closed with the client
     * @param config the timing
     * @param runtime clocks, threads, chance
     * @return the client, connecting
     */
    public static CoordinatedClient start(Coordinator coordinator, ElectionConfig config, ElectionRuntime runtime) {
        return start(coordinator, config, runtime, CandidacyMachine::step);
    }

    /**
     * Starts a client with other decisions; tests pass mistakes here to see that they are found.
     *
     * @param coordinator the coordinator; closed with the client
     * @param config the timing
     * @param runtime clocks, threads, chance
     * @param logic the decisions of its candidacies
     * @return the client, connecting
     */
    public static CoordinatedClient start(
            Coordinator coordinator, ElectionConfig config, ElectionRuntime runtime, CandidacyLogic logic) {
        CoordinatedClient client = new CoordinatedClient(coordinator, config, runtime, logic);
        client.keeper.post(new SessionEvent.Start());
        return client;
    }

    // ---- what the parts share

    Coordinator coordinator() {
        return coordinator;
    }

    ElectionRuntime runtime() {
        return runtime;
    }

    Timing timing() {
        return timing;
    }

    Calls calls() {
        return calls;
    }

    SessionKeeper keeper() {
        return keeper;
    }

    Sweeper sweeper() {
        return sweeper;
    }

    @Nullable
    CandidacyRunner candidacy(String election) {
        return candidacies.get(election);
    }

    long sweepDelayNanos(int round, double jitter) {
        return config.leaseTtl().toNanos() / 4 * (1L << (round - 1))
                + (long) (jitter * config.initialBackoff().toNanos());
    }

    long backoffNanos(int failures, double jitter) {
        return timing.backoffNanos(failures, jitter);
    }

    void doubtSession(String reason) {
        keeper.post(new SessionEvent.Doubted(reason));
    }

    void readGeneration() {
        calls.read("Reading the generation", coordinator::generation, outcome -> {
            if (outcome instanceof Outcome.Done<dev.incumbent.election.Generation> done) {
                keeper.handle(new SessionEvent.GenerationSeen(done.value()));
            }
        });
    }

    /** Runs what may trigger user code, off the event loop. */
    void outside(Runnable task) {
        try {
            runtime.callbacks().execute(task);
        } catch (RejectedExecutionException refused) {
            log.warn("The callback executor refused a completion; it runs on the election thread", refused);
            task.run();
        }
    }

    ElectionException failure(String what, Outcome<?> outcome) {
        String message = what + " on " + coordinator.traits().backend() + ": " + Failures.describe(outcome);
        if (outcome instanceof Outcome.Ambiguous<?> ambiguous) {
            return new IndeterminateException(message, ambiguous.cause());
        }
        if (outcome instanceof Outcome.Unavailable<?> unavailable) {
            return new ElectionUnavailableException(message, unavailable.cause());
        }
        return new ElectionException(message, null);
    }

    // ---- elections

    @Override
    public Election election(String name) {
        return elections.computeIfAbsent(ElectionHandle.checkedName(name), valid -> new ElectionHandle(this, valid));
    }

    CandidacyRunner campaign(String election, CampaignOptions options, @Nullable TermHook hook) {
        requireOpen();
        CandidacyRunner candidacy = new CandidacyRunner(this, election, options, logic, hook);
        CandidacyRunner standing = candidacies.putIfAbsent(election, candidacy);
        if (standing != null) {
            throw new CandidacyExistsException(
                    "This client stands in election " + election + " already, as " + standing.candidateId() + " ("
                            + standing.state() + "). Close that candidacy first, or use a second client",
                    null);
        }
        candidacy.post(new CandidacyEvent.SessionOpened());
        HealthMonitor.watch(candidacy, options, runtime);
        if (closing.get()) {
            // The client was closed while this candidacy came in: it must not be forgotten.
            candidacy.leave(RevocationCause.CLOSED);
        }
        return candidacy;
    }

    /** A candidacy is over. On the event loop. */
    void forget(CandidacyRunner candidacy) {
        candidacies.remove(candidacy.election(), candidacy);
    }

    ObservedElection observed(String election) {
        return observed.computeIfAbsent(election, name -> new ObservedElection(this, name));
    }

    void requireOpen() {
        if (closing.get()) {
            throw new IllegalStateException("This election client is closed");
        }
    }

    @Override
    public ElectionAdmin admin() {
        return new AdminHandle(this);
    }

    // ---- the session, as the candidacies hear of it; on the event loop

    @Override
    public void onOpened() {
        tellAll(new CandidacyEvent.SessionOpened());
        observed.values().forEach(ObservedElection::onSessionCertain);
    }

    @Override
    public void onRenewed() {
        CandidacyEvent renewed = new CandidacyEvent.SessionRenewed();
        Lease lease = keeper.lease();
        for (CandidacyRunner candidacy : candidacies.values()) {
            if (concernedByRenewal(candidacy.model(), lease)) {
                candidacy.handle(renewed);
            }
        }
        observed.values().forEach(ObservedElection::onSessionCertain);
    }

    /** With thousands of elections in office a renewal must not cost thousands of steps. */
    private static boolean concernedByRenewal(CandidacyModel model, @Nullable Lease lease) {
        return model.phase() == CandidacyState.SUSPECT
                || model.phase() == CandidacyState.WAITING
                || (model.term() != null && lease != null && model.term().confirmedLeaps() != lease.leaps());
    }

    @Override
    public void onSuspect(String reason) {
        tellAll(new CandidacyEvent.SessionSuspect(reason));
        observed.values().forEach(election -> election.onSessionDoubtful(reason));
    }

    @Override
    public void onExpired() {
        tellAll(new CandidacyEvent.LeaseExpired());
    }

    @Override
    public void onLost(SessionId session, String reason) {
        sweeper.stop();
        tellAll(new CandidacyEvent.SessionLost(session, reason));
        observed.values().forEach(election -> election.onSessionDoubtful(reason));
    }

    @Override
    public void onGeneration() {
        tellAll(new CandidacyEvent.GenerationChanged());
    }

    @Override
    public void onSessionClosed() {
        sessionClosed.complete(null);
    }

    private void tellAll(CandidacyEvent event) {
        candidacies.values().forEach(candidacy -> candidacy.handle(event));
    }

    // ---- health

    @Override
    public ClientHealth health() {
        if (closing.get()) {
            return new ClientHealth(ClientHealth.Status.CLOSED, List.of("the client was closed"));
        }
        SessionState session = keeper.state();
        Lease lease = keeper.lease();
        List<String> details = new ArrayList<>();
        ClientHealth.Status status = ClientHealth.Status.UP;
        if (!session.trouble().isEmpty()) {
            details.add("session: " + session.trouble());
        }
        boolean covered = lease != null
                && lease.covers(runtime.ticker().nanoTime(), runtime.ticker().wallMillis());
        boolean neverTried = session.lease() == null && session.failures() == 0;
        if (!covered) {
            status = neverTried ? ClientHealth.Status.SUSPECT : ClientHealth.Status.DOWN;
        } else if (session.phase() != SessionPhase.OPEN) {
            status = ClientHealth.Status.SUSPECT;
        }
        for (CandidacyRunner candidacy : candidacies.values()) {
            CandidacyModel model = candidacy.model();
            if (model.overdue()) {
                status = ClientHealth.Status.DOWN;
                details.add(candidacy.election() + ": the work of the last term has not stopped; its entry is kept");
            } else if (!model.trouble().isEmpty()) {
                boolean blocked = model.phase() == CandidacyState.IDLE || model.phase() == CandidacyState.RELEASING;
                status = worse(status, blocked ? ClientHealth.Status.DOWN : ClientHealth.Status.SUSPECT);
                details.add(candidacy.election() + ": " + model.trouble());
            }
        }
        return new ClientHealth(status, details);
    }

    private static ClientHealth.Status worse(ClientHealth.Status a, ClientHealth.Status b) {
        return a.compareTo(b) >= 0 ? a : b;
    }

    // ---- the end

    /**
     * Closes without blocking.
     *
     * @return completes when every candidacy was released and the session closed
     */
    public CompletionStage<Void> closeAsync() {
        if (closing.compareAndSet(false, true)) {
            runtime.loop().execute(this::leaveAll);
        }
        return closed.minimalCompletionStage();
    }

    private void leaveAll() {
        observed.values().forEach(ObservedElection::stop);
        CompletableFuture<?>[] left = candidacies.values().stream()
                .map(candidacy -> candidacy.leave(RevocationCause.CLOSED).toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new);
        CompletableFuture.allOf(left)
                .whenComplete((done, failure) -> runtime.loop().execute(this::endSession));
    }

    private void endSession() {
        sweeper.stop();
        boolean open = keeper.lease() != null;
        keeper.handle(new SessionEvent.Close());
        keeper.stop();
        if (!open) {
            sessionClosed.complete(null);
        }
        sessionClosed.whenComplete((done, failure) -> outside(() -> closed.complete(null)));
    }

    @Override
    public void close() {
        boolean first = !closing.get();
        closeAsync();
        if (!first) {
            return;
        }
        if (SerialCallbacks.insideCallback()) {
            Thread closer = new Thread(this::awaitAndDispose, "incumbent-closer");
            closer.setDaemon(true);
            closer.start();
        } else {
            awaitAndDispose();
        }
    }

    private void awaitAndDispose() {
        if (!await(closed)) {
            log.warn(
                    "The client was not released within {}; what is left goes when the session lapses. Candidacies: {}",
                    config.closeTimeout(),
                    candidacies.values());
            runtime.loop().execute(this::endSession);
            await(sessionClosed);
        }
        coordinator.close();
        runtime.loop().close();
        if (runtime.callbacksOwned() && runtime.callbacks() instanceof ExecutorService service) {
            service.shutdown();
        }
    }

    /** Waits for a candidacy's end, except where the wait would be for the caller itself. */
    void awaitUnlessInside(CompletableFuture<Void> future, String what) {
        if (!SerialCallbacks.insideCallback() && !await(future)) {
            log.warn(
                    "{} was not released within {}; the release goes on in the background",
                    what,
                    config.closeTimeout());
        }
    }

    private boolean await(CompletableFuture<Void> future) {
        try {
            future.get(config.closeTimeout().toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        } catch (TimeoutException timeIsUp) {
            return false;
        } catch (ExecutionException failed) {
            return true;
        }
    }
}
