package dev.incumbent.election.internal.machine;

import dev.incumbent.election.Generation;
import dev.incumbent.election.Stamp;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Refusal;
import dev.incumbent.election.spi.Renewal;
import dev.incumbent.election.spi.SessionGrant;
import dev.incumbent.election.spi.SessionId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one session open and renewed, and says when it cannot be counted on.
 *
 * <p>It never ends a session because the local deadline passed: the coordinator may still hold it, and with it the entries
 * of waiting candidates. Only the coordinator's word ends it. A failed renewal is repeated until then, without a circuit
 * breaker: to stop asking is to lose the office (L4).
 *
 * <p>An instance is one step; {@link #step} is the pure function.
 */
public final class SessionMachine {

    private final Timing timing;
    private final Stamp now;
    private final double jitter;
    private final List<SessionCommand> commands = new ArrayList<>();

    private SessionPhase phase;
    private @Nullable Lease lease;
    private @Nullable Generation generation;
    private int failures;
    private boolean renewing;
    private boolean expiryAnnounced;
    private long renewAt;
    private String trouble;

    /**
     * The new state and what is to be done.
     *
     * @param state the state after the event
     * @param commands in the order in which they are to be carried out
     */
    public record Step(SessionState state, List<SessionCommand> commands) {}

    private SessionMachine(SessionState state, Stamp now, double jitter, Timing timing) {
        this.timing = timing;
        this.now = now;
        this.jitter = jitter;
        this.phase = state.phase();
        this.lease = state.lease();
        this.generation = state.generation();
        this.failures = state.failures();
        this.renewing = state.renewing();
        this.expiryAnnounced = state.expiryAnnounced();
        this.renewAt = state.renewAt();
        this.trouble = state.trouble();
    }

    /**
     * Takes one step.
     *
     * @param state the state before
     * @param event what happened
     * @param now both clocks
     * @param jitter a random number in [0, 1)
     * @param timing intervals and margins
     * @return the state after, and commands
     */
    public static Step step(SessionState state, SessionEvent event, Stamp now, double jitter, Timing timing) {
        SessionMachine machine = new SessionMachine(state, now, jitter, timing);
        if (state.phase() != SessionPhase.CLOSED) {
            machine.on(event);
        }
        return machine.finish();
    }

    private void on(SessionEvent event) {
        if (event instanceof SessionEvent.Start) {
            open();
        } else if (event instanceof SessionEvent.OpenDone done) {
            onOpenDone(done.outcome());
        } else if (event instanceof SessionEvent.RenewDone done) {
            onRenewDone(done.session(), done.outcome());
        } else if (event instanceof SessionEvent.Lost lost) {
            onLost(lost.session(), lost.reason());
        } else if (event instanceof SessionEvent.Reachable reachable) {
            if (isCurrent(reachable.session())) {
                renewSoon();
            }
        } else if (event instanceof SessionEvent.Unreachable unreachable) {
            if (isCurrent(unreachable.session())) {
                suspect(unreachable.reason());
            }
        } else if (event instanceof SessionEvent.GenerationSeen seen) {
            onGeneration(seen.generation());
        } else if (event instanceof SessionEvent.Doubted doubted) {
            onDoubted(doubted.reason());
        } else if (event instanceof SessionEvent.Woken) {
            onWoken();
        } else if (event instanceof SessionEvent.Close) {
            close();
        }
    }

    private void open() {
        phase = SessionPhase.CONNECTING;
        commands.add(new SessionCommand.Open());
    }

    private void onOpenDone(Outcome<SessionGrant> outcome) {
        boolean waiting = phase == SessionPhase.CONNECTING || phase == SessionPhase.BACKING_OFF;
        if (!waiting || (phase == SessionPhase.BACKING_OFF && !(outcome instanceof Outcome.Done))) {
            // Another opening was quicker: nobody will use this session.
            if (outcome instanceof Outcome.Done<SessionGrant> done
                    && !isCurrent(done.value().id())) {
                commands.add(new SessionCommand.CloseSession(done.value().id()));
            }
            return;
        }
        if (outcome instanceof Outcome.Done<SessionGrant> done) {
            SessionGrant grant = done.value();
            lease = Lease.after(grant.id(), grant.renewal(), null, timing);
            failures = 0;
            trouble = "";
            expiryAnnounced = false;
            renewing = false;
            phase = lease.covers(now) ? SessionPhase.OPEN : SessionPhase.SUSPECT;
            renewAt = phase == SessionPhase.OPEN
                    ? now.nanos() + timing.renewIntervalNanos()
                    : now.nanos() + timing.renewRetryNanos(1, jitter);
            // Set before the announcement: whoever enters on hearing of the session compares this generation.
            onGeneration(grant.generation());
            commands.add(new SessionCommand.AnnounceOpened(grant.id()));
        } else {
            backOff("cannot open a session: " + describe(outcome));
        }
    }

    private void backOff(String reason) {
        phase = SessionPhase.BACKING_OFF;
        lease = null;
        renewing = false;
        failures++;
        trouble = reason;
        renewAt = now.nanos() + timing.backoffNanos(failures, jitter);
    }

    private void onRenewDone(SessionId session, Outcome<Renewal> outcome) {
        if (!isCurrent(session)) {
            return;
        }
        if (outcome instanceof Outcome.Done<Renewal> done) {
            onRenewed(session, done.value());
        } else if (outcome instanceof Outcome.Refused<Renewal> refused && refused.reason() == Refusal.SESSION_GONE) {
            onLost(session, refused.message());
        } else if (renewing) {
            renewing = false;
            failures++;
            renewAt = now.nanos() + timing.renewRetryNanos(failures, jitter);
            suspect("renewal failed: " + describe(outcome));
        }
    }

    private void onRenewed(SessionId session, Renewal renewal) {
        Lease before = lease;
        if (before != null) {
            announceExpiry(before);
        }
        Lease after = Lease.after(session, renewal, before, timing);
        lease = after;
        renewing = false;
        if (!after.equals(before)) {
            expiryAnnounced = false;
        }
        if (after.covers(now)) {
            failures = 0;
            trouble = "";
            phase = SessionPhase.OPEN;
            renewAt = later(renewAt, now.nanos() + timing.minRenewSpacingNanos());
            commands.add(new SessionCommand.AnnounceRenewed());
        } else {
            failures++;
            renewAt = now.nanos() + timing.renewRetryNanos(failures, jitter);
            suspect(
                    after.leapt(now.nanos(), now.wallMillis())
                            ? "a clock leapt: the machine was suspended, or its wall clock was set"
                            : "the renewal that was confirmed is too old");
        }
    }

    private void onLost(SessionId session, String reason) {
        if (isCurrent(session)) {
            commands.add(new SessionCommand.AnnounceLost(session, reason));
            failures = 0;
            backOff("session lost: " + reason);
        }
    }

    private void onDoubted(String reason) {
        if (lease != null) {
            if (lease.leapt(now.nanos(), now.wallMillis())) {
                suspect(reason);
            }
            renewSoon();
        }
    }

    private void renewSoon() {
        renewAt = now.nanos();
        onWoken();
    }

    private void onWoken() {
        boolean due = now.nanos() - renewAt >= 0;
        if (phase == SessionPhase.BACKING_OFF && due) {
            open();
        }
        Lease current = lease;
        if (current == null) {
            return;
        }
        if (!current.covers(now) && phase == SessionPhase.OPEN) {
            suspect(current.overAt(now) ? "no renewal was confirmed in time" : "a clock leapt");
        }
        announceExpiry(current);
        if (due && !renewing) {
            renewing = true;
            renewAt = now.nanos() + timing.renewIntervalNanos();
            commands.add(new SessionCommand.Renew(current.session()));
        }
    }

    private void announceExpiry(Lease current) {
        if (current.overAt(now) && !expiryAnnounced) {
            expiryAnnounced = true;
            commands.add(new SessionCommand.AnnounceExpired());
        }
    }

    private void suspect(String reason) {
        trouble = reason;
        if (phase == SessionPhase.OPEN) {
            phase = SessionPhase.SUSPECT;
            commands.add(new SessionCommand.AnnounceSuspect(reason));
        }
    }

    private void onGeneration(Generation seen) {
        Generation known = generation;
        // A record that fell back is told, too: the candidacies compare it with what they led under and refuse office.
        if (!Objects.equals(known, seen)) {
            generation = seen;
            if (known != null) {
                commands.add(new SessionCommand.AnnounceGeneration(seen));
            }
        }
    }

    private void close() {
        if (lease != null) {
            commands.add(new SessionCommand.CloseSession(lease.session()));
        }
        phase = SessionPhase.CLOSED;
        lease = null;
        trouble = "closed";
    }

    private boolean isCurrent(SessionId session) {
        return lease != null && lease.session().equals(session);
    }

    private static long later(long a, long b) {
        return a - b >= 0 ? a : b;
    }

    private static String describe(Outcome<?> outcome) {
        return Failures.describe(outcome);
    }

    private Step finish() {
        boolean waits = phase == SessionPhase.BACKING_OFF || lease != null;
        if (waits) {
            commands.add(new SessionCommand.WakeAt(nextWake()));
        }
        return new Step(
                new SessionState(phase, lease, generation, failures, renewing, expiryAnnounced, renewAt, trouble),
                List.copyOf(commands));
    }

    private long nextWake() {
        long wake = renewAt;
        if (lease != null) {
            if (renewing) {
                // Its end is an event of its own; only the deadline is left to wait for.
                wake = now.nanos() + timing.renewIntervalNanos();
            }
            if (!expiryAnnounced && lease.deadlineNanos() - wake < 0) {
                wake = lease.deadlineNanos();
            }
        }
        return wake;
    }
}
