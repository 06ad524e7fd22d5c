package dev.incumbent.election.internal.runtime;

import dev.incumbent.election.Generation;
import dev.incumbent.election.Ticker;
import dev.incumbent.election.internal.machine.Context;
import dev.incumbent.election.internal.machine.Lease;
import dev.incumbent.election.internal.machine.SessionCommand;
import dev.incumbent.election.internal.machine.SessionEvent;
import dev.incumbent.election.internal.machine.SessionMachine;
import dev.incumbent.election.internal.machine.SessionState;
import dev.incumbent.election.internal.machine.Timing;
import dev.incumbent.election.spi.Coordinator;
import dev.incumbent.election.spi.ElectionRuntime;
import dev.incumbent.election.spi.SessionId;
import dev.incumbent.election.spi.SessionSignals;
import dev.incumbent.election.spi.Subscription;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the session machine: one per client, on its event loop. The newest lease is read by any thread. */
final class SessionKeeper implements SessionSignals {

    private static final Logger log = LoggerFactory.getLogger(SessionKeeper.class);

    /** Who is told what happens to the session; called on the event loop. */
    interface Audience {
        void onOpened();

        void onRenewed();

        void onSuspect(String reason);

        void onExpired();

        void onLost(SessionId session, String reason);

        void onGeneration();

        void onSessionClosed();
    }

    private final Coordinator coordinator;
    private final ElectionRuntime runtime;
    private final Calls calls;
    private final Timing timing;
    private final Audience audience;

    private volatile SessionState state = SessionState.initial();
    private volatile @Nullable Lease lease;
    private volatile @Nullable Lease doubted;
    private Subscription timer = () -> {};

    SessionKeeper(Coordinator coordinator, ElectionRuntime runtime, Calls calls, Timing timing, Audience audience) {
        this.coordinator = coordinator;
        this.runtime = runtime;
        this.calls = calls;
        this.timing = timing;
        this.audience = audience;
    }

    Ticker ticker() {
        return runtime.ticker();
    }

    /** The newest lease, from any thread. */
    @Nullable
    Lease lease() {
        return lease;
    }

    SessionState state() {
        return state;
    }

    Context context() {
        return new Context(
                runtime.ticker().stamp(),
                lease,
                state.generation(),
                runtime.random().nextDouble());
    }

    /** Hands an event in from any thread. */
    void post(SessionEvent event) {
        runtime.loop().execute(() -> handle(event));
    }

    /** A clock leapt, as a caller of isValid() saw it; posted once per lease, since callers may ask millions of times. */
    void leapSeen(Lease seen) {
        if (!seen.equals(doubted)) {
            doubted = seen;
            post(new SessionEvent.Doubted("a clock leapt: the machine was suspended, or its wall clock was set"));
        }
    }

    void handle(SessionEvent event) {
        SessionState before = state;
        SessionMachine.Step step = SessionMachine.step(
                before, event, runtime.ticker().stamp(), runtime.random().nextDouble(), timing);
        if (before.phase() != step.state().phase()) {
            log.info(
                    "Session {} -> {}{}",
                    before.phase(),
                    step.state().phase(),
                    step.state().trouble().isEmpty() ? "" : ": " + step.state().trouble());
        } else {
            log.trace("Session event {} in {}", event, before.phase());
        }
        // Ends are told while the old lease is still in place, so that no ended term looks valid again for an instant.
        step.commands().forEach(this::tellEnd);
        state = step.state();
        lease = step.state().lease();
        step.commands().forEach(this::carryOut);
    }

    private void tellEnd(SessionCommand command) {
        if (command instanceof SessionCommand.AnnounceExpired) {
            audience.onExpired();
        } else if (command instanceof SessionCommand.AnnounceLost lost) {
            lease = null;
            audience.onLost(lost.session(), lost.reason());
        }
    }

    private void carryOut(SessionCommand command) {
        if (command instanceof SessionCommand.Open) {
            calls.write(
                    "Opening a session",
                    () -> coordinator.openSession(this),
                    outcome -> handle(new SessionEvent.OpenDone(outcome)));
        } else if (command instanceof SessionCommand.Renew renew) {
            calls.write(
                    "A renewal",
                    () -> coordinator.renew(renew.session()),
                    outcome -> handle(new SessionEvent.RenewDone(renew.session(), outcome)));
        } else if (command instanceof SessionCommand.CloseSession close) {
            calls.write(
                    "Closing the session",
                    () -> coordinator.closeSession(close.session()),
                    outcome -> audience.onSessionClosed());
        } else if (command instanceof SessionCommand.WakeAt wake) {
            wakeAt(wake.nanos());
        } else if (command instanceof SessionCommand.AnnounceOpened) {
            audience.onOpened();
        } else if (command instanceof SessionCommand.AnnounceRenewed) {
            audience.onRenewed();
        } else if (command instanceof SessionCommand.AnnounceSuspect suspect) {
            audience.onSuspect(suspect.reason());
        } else if (command instanceof SessionCommand.AnnounceGeneration) {
            audience.onGeneration();
        }
    }

    private void wakeAt(long nanos) {
        timer.close();
        long delay = Math.max(0, nanos - runtime.ticker().nanoTime());
        timer = runtime.loop().schedule(() -> handle(new SessionEvent.Woken()), delay);
    }

    void stop() {
        timer.close();
    }

    @Override
    public void lost(SessionId session, String reason) {
        post(new SessionEvent.Lost(session, reason));
    }

    @Override
    public void reachable(SessionId session) {
        post(new SessionEvent.Reachable(session));
    }

    @Override
    public void unreachable(SessionId session, String reason) {
        post(new SessionEvent.Unreachable(session, reason));
    }

    @Override
    public void generation(Generation generation) {
        post(new SessionEvent.GenerationSeen(generation));
    }
}
