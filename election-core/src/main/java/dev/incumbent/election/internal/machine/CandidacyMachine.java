package dev.incumbent.election.internal.machine;

import dev.incumbent.election.CandidacyState;
import dev.incumbent.election.RevocationCause;
import dev.incumbent.election.spi.Enrolment;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Refusal;
import dev.incumbent.election.spi.Standing;
import dev.incumbent.fencing.FencingToken;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Takes one candidate through one election.
 *
 * <pre>
 *   IDLE -> ENROLLING -> WAITING -> LEADING <-> SUSPECT
 *    ^ \        |  \        |  \        \        /
 *    |  CLOSED  |   \       |   \        DRAINING
 *    |          |    +------+----+--> RELEASING |
 *    +----------+-----------+------------+------+
 * </pre>
 *
 * <p>The rules that a reader should look for:
 *
 * <ul>
 *   <li>Office is taken in {@link #tryTakeOffice} alone: own entry first in a certain view, lease covering now, generation
 *       current, token above every token retired (S1, S4).
 *   <li>A lost reply is looked up under the same identity, and the session is swept for what lands later (S4).
 *   <li>An entry that was led with, withdrawn or swept is <em>retired</em>: never adopted again, even where the coordinator
 *       hands it back (S1).
 *   <li>{@code Revoke} comes first, {@code Withdraw} only after {@code Drained} (S5), unless the options say otherwise.
 * </ul>
 *
 * <p>An instance is one step; {@link #step} is the pure function.
 */
public final class CandidacyMachine extends CandidacyDraft {

    private CandidacyMachine(CandidacyModel state, Context context, CandidacySettings settings) {
        super(state, context, settings);
    }

    /**
     * Takes one step.
     *
     * @param state the state before
     * @param event what happened
     * @param context clocks, lease, generation
     * @param settings the candidacy's settings
     * @return the state after, and commands
     */
    public static CandidacyLogic.Step step(
            CandidacyModel state, CandidacyEvent event, Context context, CandidacySettings settings) {
        CandidacyMachine machine = new CandidacyMachine(state, context, settings);
        if (state.phase() != CandidacyState.CLOSED) {
            machine.on(event);
            machine.standOrEnd();
        } else if (event instanceof CandidacyEvent.EnrolDone done && done.outcome() instanceof Outcome.Done) {
            machine.command(new CandidacyCommand.Sweep());
        }
        return machine.finish();
    }

    private void on(CandidacyEvent event) {
        if (event instanceof CandidacyEvent.SessionRenewed) {
            onSessionRenewed();
        } else if (event instanceof CandidacyEvent.SessionSuspect suspect) {
            suspect(suspect.reason());
        } else if (event instanceof CandidacyEvent.LeaseExpired) {
            onLeaseExpired();
        } else if (event instanceof CandidacyEvent.SessionLost lost) {
            onSessionLost(lost.reason());
        } else if (event instanceof CandidacyEvent.GenerationChanged) {
            onGenerationChanged();
        } else if (event instanceof CandidacyEvent.Woken) {
            onWoken();
        } else if (event instanceof CandidacyEvent.Drained drained) {
            onDrained(drained.term());
        } else if (!onAnswer(event) && !onStream(event)) {
            onApplication(event);
        }
    }

    private boolean onAnswer(CandidacyEvent event) {
        if (event instanceof CandidacyEvent.EnrolDone done) {
            onEnrolDone(done.attempt(), done.outcome());
        } else if (event instanceof CandidacyEvent.FindDone done) {
            onFindDone(done.attempt(), done.outcome());
        } else if (event instanceof CandidacyEvent.StandingRead read) {
            onStandingRead(read.read(), read.outcome());
        } else if (event instanceof CandidacyEvent.WithdrawDone done) {
            onWithdrawDone(done.epoch(), done.outcome());
        } else if (event instanceof CandidacyEvent.OrphanDone done) {
            onOrphanDone(done);
        } else {
            return false;
        }
        return true;
    }

    private boolean onStream(CandidacyEvent event) {
        if (event instanceof CandidacyEvent.PredecessorGone gone) {
            onPredecessorGone(gone.follow());
        } else if (event instanceof CandidacyEvent.PredecessorOrphaned orphaned) {
            onPredecessorOrphaned(orphaned.follow(), orphaned.holderTtl());
        } else if (event instanceof CandidacyEvent.OwnGone gone) {
            onOwnGone(gone.follow());
        } else if (event instanceof CandidacyEvent.FollowBroken broken) {
            if (isFollowing(broken.follow())) {
                following = false;
                read();
            }
        } else {
            return false;
        }
        return true;
    }

    private void onApplication(CandidacyEvent event) {
        if (event instanceof CandidacyEvent.Leave leave) {
            leaving = true;
            stepDown(leave.cause());
        } else if (event instanceof CandidacyEvent.Requeue requeue) {
            if (!leaving) {
                standAt = now.nanos() + requeue.delayNanos();
                stepDown(RevocationCause.REQUEUED);
            }
        } else if (event instanceof CandidacyEvent.HealthChanged changed) {
            fit = changed.fit();
            if (!fit) {
                stepDown(RevocationCause.UNHEALTHY);
            }
        } else if (event instanceof CandidacyEvent.Fenced fenced) {
            onFenced(fenced.term(), fenced.highest());
        } else if (event instanceof CandidacyEvent.Swept swept) {
            retire(swept.token());
        }
    }

    // ---- entering

    /** Closes every step: whatever event made a candidate free to enter, or to end, and in whatever order they came. */
    private void standOrEnd() {
        if (phase != CandidacyState.IDLE || draining != null) {
            return;
        }
        if (leaving) {
            end("");
        } else if (fit && context.lease() != null && isDue(standAt)) {
            standAt = CandidacyModel.NEVER;
            attempt++;
            looking = false;
            to(CandidacyState.ENROLLING, "attempt " + attempt);
            command(new CandidacyCommand.Enrol(attempt));
        }
    }

    private void onEnrolDone(long number, Outcome<Enrolment> outcome) {
        if (phase != CandidacyState.ENROLLING || number != attempt || looking) {
            // Given up meanwhile. An entry that was made all the same has no claimant.
            if (outcome instanceof Outcome.Done) {
                command(new CandidacyCommand.Sweep());
            }
        } else if (outcome instanceof Outcome.Done<Enrolment> done) {
            enrolled(done.value());
        } else if (outcome instanceof Outcome.Refused<Enrolment> refused) {
            onEnrolRefused(refused);
        } else if (outcome instanceof Outcome.Ambiguous<Enrolment> ambiguous) {
            looking = true;
            trouble = "the reply to entering was lost: " + ambiguous.cause();
            command(new CandidacyCommand.Sweep());
            command(new CandidacyCommand.FindOwn(number));
        } else {
            backOffIdle(Failures.describe(outcome));
        }
    }

    private void onEnrolRefused(Outcome.Refused<Enrolment> refused) {
        String why = Failures.describe(refused);
        boolean hopeless = refused.reason() == Refusal.NOT_PERMITTED
                || refused.reason() == Refusal.INVALID
                || refused.reason() == Refusal.EXHAUSTED;
        if (hopeless && terms == 0 && retired == null) {
            // Never entered: the caller is told at once instead of waiting for an office that cannot come.
            to(CandidacyState.IDLE, why);
            leaving = true;
            end(why);
            return;
        }
        if (refused.reason() == Refusal.SESSION_GONE) {
            command(new CandidacyCommand.DoubtSession(why));
        } else if (refused.reason() == Refusal.GENERATION_CHANGED) {
            command(new CandidacyCommand.ReadGeneration());
        }
        backOffIdle(why);
    }

    private void onFindDone(long number, Outcome<Optional<Enrolment>> outcome) {
        if (phase != CandidacyState.ENROLLING || number != attempt || !looking) {
            return;
        }
        if (outcome instanceof Outcome.Done<Optional<Enrolment>> done) {
            looking = false;
            if (done.value().isPresent()) {
                enrolled(done.value().get());
            } else {
                // Not there now, which does not prove that it will not land later: the sweep stays on for that.
                to(CandidacyState.IDLE, "the entry whose reply was lost is not there");
            }
        } else {
            if (outcome instanceof Outcome.Refused<?> refused && refused.reason() == Refusal.SESSION_GONE) {
                command(new CandidacyCommand.DoubtSession(refused.message()));
            }
            retryLater(Failures.describe(outcome));
        }
    }

    private void enrolled(Enrolment enrolment) {
        Entry own = enrolment.entry();
        failures = 0;
        trouble = "";
        entry = own;
        to(CandidacyState.WAITING, "entered as " + own.key());
        String objection = objectionTo(own);
        if (leaving || !fit) {
            release(leaving ? "leaving" : "unhealthy");
        } else if (!objection.isEmpty()) {
            trouble = objection;
            failures++;
            standAt = now.nanos() + settings.timing().backoffNanos(failures, context.jitter());
            release(objection);
        } else {
            adopt(enrolment.standing());
        }
    }

    /** Why an entry must not be led with; empty if nothing speaks against it. */
    private String objectionTo(Entry own) {
        FencingToken token = own.token();
        if (context.generation() != null && !own.generation().equals(context.generation())) {
            return "the generation was raised while entering";
        }
        if (retired == null) {
            return "";
        }
        if (!token.sameScope(retired)) {
            return "the coordinator's authority is " + token.authority() + ", this candidacy knows tokens of "
                    + retired.authority() + ": the coordinator was rebuilt or replaced. Carry the authority over with"
                    + " ElectionAdmin.raiseGeneration(" + retired.authority() + "), or restart the process";
        }
        if (token.equals(retired)) {
            return "the entry belongs to a leadership or attempt that has ended";
        }
        if (!token.isNewerThan(retired)) {
            return "epochs run backwards: " + token + " after " + retired
                    + ". Was the coordinator restored from a backup? Then call ElectionAdmin.raiseGeneration";
        }
        return "";
    }

    // ---- waiting

    /** Takes over what a certain view shows. */
    private void adopt(Standing view) {
        Standing before = standing;
        standing = view;
        if (view instanceof Standing.Head) {
            orphanAt = CandidacyModel.NEVER;
            tryTakeOffice();
            follow(Optional.empty(), following);
        } else if (view instanceof Standing.Behind behind) {
            orphanAt = CandidacyModel.NEVER;
            follow(
                    Optional.of(behind.predecessor()),
                    following && behind.predecessor().equals(predecessorOf(before)));
        } else if (view instanceof Standing.BehindOrphan orphan) {
            boolean known = before instanceof Standing.BehindOrphan old
                    && old.predecessor().equals(orphan.predecessor());
            if (!known) {
                waitForHolder(orphan.holderTtl());
            }
            follow(
                    Optional.of(orphan.predecessor()),
                    following && orphan.predecessor().equals(predecessorOf(before)));
        } else if (view instanceof Standing.Superseded) {
            command(new CandidacyCommand.ReadGeneration());
            superseded();
        } else {
            entryGone("the entry does not stand any more");
        }
    }

    private static @Nullable String predecessorOf(@Nullable Standing standing) {
        if (standing instanceof Standing.Behind behind) {
            return behind.predecessor();
        }
        return standing instanceof Standing.BehindOrphan orphan ? orphan.predecessor() : null;
    }

    private void waitForHolder(Duration holderTtl) {
        orphanAt = now.nanos() + settings.timing().holderStopped(holderTtl.toNanos());
    }

    /** Believed even while a read is under way and the stream no longer decides: what is gone never comes back. */
    private void onOwnGone(long number) {
        if (entry != null && number == follow && (phase == CandidacyState.WAITING || phase.inOffice())) {
            entryGone("the entry was deleted by another hand");
        }
    }

    private void onPredecessorGone(long number) {
        if (!isFollowing(number) || phase != CandidacyState.WAITING) {
            return;
        }
        if (standing instanceof Standing.Behind behind && behind.decisive()) {
            standing = new Standing.Head();
            tryTakeOffice();
        } else {
            following = false;
            read();
        }
    }

    private void onPredecessorOrphaned(long number, Duration holderTtl) {
        if (isFollowing(number) && phase == CandidacyState.WAITING) {
            String orphan = predecessorOf(standing);
            if (orphan != null && !(standing instanceof Standing.BehindOrphan)) {
                standing = new Standing.BehindOrphan(orphan, holderTtl);
                waitForHolder(holderTtl);
            }
        }
    }

    private void onOrphanDone(CandidacyEvent.OrphanDone done) {
        // An answer that comes late may be about an orphan that is gone by now: it must not shorten the next holder's
        // time.
        if (phase == CandidacyState.WAITING
                && standing instanceof Standing.BehindOrphan present
                && present.predecessor().equals(done.orphan())) {
            if (!(done.outcome() instanceof Outcome.Done)) {
                failures++;
                orphanAt = now.nanos() + settings.timing().backoffNanos(failures, context.jitter());
            }
            read();
        }
    }

    /** The only way into office. */
    private void tryTakeOffice() {
        Entry own = entry;
        Lease lease = context.lease();
        if (phase != CandidacyState.WAITING || own == null || lease == null || leaving || !fit) {
            return;
        }
        boolean ownSession = lease.session().equals(own.session());
        if (!ownSession || !lease.covers(now) || !own.generation().equals(context.generation())) {
            return; // The next confirmed renewal reads the standing again.
        }
        terms++;
        Term elected = new Term(terms, own, now, lease.leaps());
        term = elected;
        to(CandidacyState.LEADING, "first in the queue");
        command(new CandidacyCommand.Elect(elected));
    }

    private void read() {
        Entry own = entry;
        if (own == null || !(phase == CandidacyState.WAITING || phase.inOffice())) {
            return;
        }
        if (reading) {
            rereading = true;
            return;
        }
        reading = true;
        rereading = false;
        retryAt = CandidacyModel.NEVER;
        read++;
        command(new CandidacyCommand.ReadStanding(read, own));
    }

    private void onStandingRead(long number, Outcome<Standing> outcome) {
        if (number != read || !reading) {
            return;
        }
        reading = false;
        if (!(phase == CandidacyState.WAITING || phase.inOffice())) {
            return;
        }
        if (outcome instanceof Outcome.Done<Standing> done) {
            failures = 0;
            trouble = phase == CandidacyState.SUSPECT ? trouble : "";
            onStandingSeen(done.value());
        } else if (outcome instanceof Outcome.Refused<Standing> refused && refused.reason() == Refusal.ENTRY_GONE) {
            entryGone(refused.message());
        } else {
            if (outcome instanceof Outcome.Refused<Standing> refused && refused.reason() == Refusal.SESSION_GONE) {
                command(new CandidacyCommand.DoubtSession(refused.message()));
            }
            suspect("the own entry could not be confirmed: " + Failures.describe(outcome));
            retryLater(Failures.describe(outcome));
        }
    }

    private void onStandingSeen(Standing view) {
        boolean definite = view instanceof Standing.Gone || view instanceof Standing.Superseded;
        if (rereading && !definite) {
            read();
            return;
        }
        if (phase == CandidacyState.WAITING) {
            adopt(view);
        } else if (view instanceof Standing.Head) {
            follow(Optional.empty(), following);
            if (term != null && context.lease() != null && context.lease().covers(now)) {
                confirmed(term, context.lease());
            }
        } else if (view instanceof Standing.Gone) {
            entryGone("the entry does not stand any more");
        } else {
            // Superseded; or no longer first, which no rule of ours allows: in both cases the office is not ours.
            command(new CandidacyCommand.ReadGeneration());
            revoke(RevocationCause.ENTRY_DELETED, "the standing is " + view);
        }
    }

    private void entryGone(String why) {
        entry = null;
        if (phase == CandidacyState.WAITING) {
            stopFollowing();
            command(new CandidacyCommand.Released());
            // Somebody who keeps deleting must not make us spin.
            backOffIdle(why);
        } else if (phase.inOffice()) {
            revoke(RevocationCause.ENTRY_DELETED, why);
        }
    }

    private void superseded() {
        if (phase == CandidacyState.WAITING) {
            release("the generation was raised");
        } else if (phase.inOffice()) {
            revoke(RevocationCause.ENTRY_DELETED, "the generation was raised");
        }
    }

    private void onGenerationChanged() {
        if (entry != null && !entry.generation().equals(context.generation())) {
            superseded();
        }
    }

    // ---- in office

    private void onSessionRenewed() {
        if (phase == CandidacyState.WAITING && standing instanceof Standing.Head) {
            read();
            return;
        }
        Lease lease = context.lease();
        Term current = term;
        if (!phase.inOffice() || current == null || lease == null || !lease.covers(now)) {
            return;
        }
        if (lease.leaps() != current.confirmedLeaps()) {
            suspect("a clock leapt; the entry is being confirmed");
            read();
        } else if (following && !reading) {
            confirmed(current, lease);
        } else if (!reading) {
            read();
        }
    }

    /** The session is renewed and the entry is in place: whatever doubt there was is over. */
    private void confirmed(Term current, Lease lease) {
        Term sure = current.confirmed(lease.leaps());
        term = sure;
        if (phase == CandidacyState.SUSPECT) {
            trouble = "";
            to(CandidacyState.LEADING, "confirmed");
            command(new CandidacyCommand.Recover(sure));
        }
    }

    private void suspect(String reason) {
        Term current = term;
        if (phase == CandidacyState.LEADING && current != null) {
            trouble = reason;
            to(CandidacyState.SUSPECT, reason);
            command(new CandidacyCommand.Suspect(current, reason));
        }
    }

    private void onLeaseExpired() {
        // Unconditional: a renewal that was confirmed after the deadline does not bring the office back.
        if (phase.inOffice()) {
            revoke(RevocationCause.EXPIRED, "the lease deadline passed without a confirmed renewal");
        }
    }

    private void onFenced(long number, @Nullable FencingToken highest) {
        if (highest != null && (retired == null || highest.sameScope(retired))) {
            retire(highest);
        }
        if (phase.inOffice() && term != null && term.number() == number) {
            revoke(RevocationCause.FENCED, "a store refused the token; it knows " + highest);
        }
    }

    // ---- leaving office and queue

    private void stepDown(RevocationCause cause) {
        if (phase.inOffice()) {
            revoke(cause, "asked to: " + cause);
        } else if (phase == CandidacyState.WAITING) {
            release("asked to: " + cause);
        }
    }

    private void revoke(RevocationCause cause, String why) {
        Term ended = term;
        if (ended == null) {
            return;
        }
        term = null;
        draining = ended;
        overdue = false;
        drainDueAt = now.nanos() + settings.drainTimeoutNanos();
        retire(ended.entry().token());
        stopFollowing();
        to(CandidacyState.DRAINING, cause + ": " + why);
        command(new CandidacyCommand.Revoke(ended, cause));
    }

    private void onDrained(long number) {
        if (draining == null || draining.number() != number) {
            return;
        }
        draining = null;
        overdue = false;
        drainDueAt = CandidacyModel.NEVER;
        if (phase == CandidacyState.DRAINING) {
            releaseOrIdle("drained");
        }
    }

    private void releaseOrIdle(String why) {
        if (entry != null) {
            release(why);
        } else {
            to(CandidacyState.IDLE, why);
            command(new CandidacyCommand.Released());
        }
    }

    private void release(String why) {
        Entry own = entry;
        if (own == null) {
            return;
        }
        retire(own.token());
        stopFollowing();
        orphanAt = CandidacyModel.NEVER;
        retryAt = CandidacyModel.NEVER;
        to(CandidacyState.RELEASING, why);
        command(new CandidacyCommand.Withdraw(own));
    }

    private void onWithdrawDone(long epoch, Outcome<?> outcome) {
        if (phase != CandidacyState.RELEASING || entry == null || entry.epoch() != epoch) {
            return;
        }
        boolean goneAlready = outcome instanceof Outcome.Refused<?> refused
                && (refused.reason() == Refusal.ENTRY_GONE || refused.reason() == Refusal.SESSION_GONE);
        boolean gone = outcome instanceof Outcome.Done || goneAlready;
        if (gone) {
            entry = null;
            retryAt = CandidacyModel.NEVER;
            trouble = standAt == CandidacyModel.NEVER ? "" : trouble;
            to(CandidacyState.IDLE, "released");
            command(new CandidacyCommand.Released());
        } else {
            // Deleting compares, so it may be sent again whatever became of the last one.
            retryLater("the entry could not be released yet: " + Failures.describe(outcome));
        }
    }

    private void onSessionLost(String reason) {
        entry = null;
        looking = false;
        retryAt = CandidacyModel.NEVER;
        switch (phase) {
            case ENROLLING, WAITING, RELEASING -> {
                stopFollowing();
                to(CandidacyState.IDLE, "session lost: " + reason);
                command(new CandidacyCommand.Released());
            }
            case LEADING, SUSPECT -> revoke(RevocationCause.SESSION_LOST, reason);
            default -> {}
        }
    }

    // ---- time

    private void onWoken() {
        wakeAt = CandidacyModel.NEVER;
        if (drainDueAt != CandidacyModel.NEVER && isDue(drainDueAt)) {
            drainDueAt = CandidacyModel.NEVER;
            overdue = true;
            if (settings.releaseUndrained() && phase == CandidacyState.DRAINING) {
                releaseOrIdle("drain overdue, released undrained as asked");
            }
        }
        if (orphanAt != CandidacyModel.NEVER && isDue(orphanAt)) {
            orphanAt = CandidacyModel.NEVER;
            String orphan = predecessorOf(standing);
            if (phase == CandidacyState.WAITING && entry != null && orphan != null) {
                command(new CandidacyCommand.RemoveOrphan(entry, orphan));
            }
        }
        if (retryAt != CandidacyModel.NEVER && isDue(retryAt)) {
            retryAt = CandidacyModel.NEVER;
            retry();
        }
    }

    private void retry() {
        if (phase == CandidacyState.ENROLLING && looking) {
            command(new CandidacyCommand.FindOwn(attempt));
        } else if (phase == CandidacyState.RELEASING && entry != null) {
            command(new CandidacyCommand.Withdraw(entry));
        } else {
            read();
        }
    }
}
