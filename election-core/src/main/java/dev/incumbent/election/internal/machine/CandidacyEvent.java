package dev.incumbent.election.internal.machine;

import dev.incumbent.election.RevocationCause;
import dev.incumbent.election.spi.Ack;
import dev.incumbent.election.spi.Enrolment;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.SessionId;
import dev.incumbent.election.spi.Standing;
import dev.incumbent.fencing.FencingToken;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What can happen to a candidacy. */
public sealed interface CandidacyEvent {

    // From the session.

    /** A session is open. */
    record SessionOpened() implements CandidacyEvent {}

    /** A renewal was confirmed; the context carries the lease. */
    record SessionRenewed() implements CandidacyEvent {}

    /** The session is in doubt. */
    record SessionSuspect(String reason) implements CandidacyEvent {}

    /** The lease deadline passed. */
    record LeaseExpired() implements CandidacyEvent {}

    /** The session is gone, with its entries. */
    record SessionLost(SessionId session, String reason) implements CandidacyEvent {}

    /** The generation is another one; the context carries it. */
    record GenerationChanged() implements CandidacyEvent {}

    // Answers to commands.

    /** {@link CandidacyCommand.Enrol} ended. */
    record EnrolDone(long attempt, Outcome<Enrolment> outcome) implements CandidacyEvent {}

    /** {@link CandidacyCommand.FindOwn} ended. */
    record FindDone(long attempt, Outcome<Optional<Enrolment>> outcome) implements CandidacyEvent {}

    /** {@link CandidacyCommand.ReadStanding} ended. */
    record StandingRead(long read, Outcome<Standing> outcome) implements CandidacyEvent {}

    /** {@link CandidacyCommand.Withdraw} ended. */
    record WithdrawDone(long epoch, Outcome<Ack> outcome) implements CandidacyEvent {}

    /** {@link CandidacyCommand.RemoveOrphan} ended; the standing is read whatever came of it. */
    record OrphanDone(String orphan, Outcome<Ack> outcome) implements CandidacyEvent {}

    /** Listeners were told of the term's end and its work has stopped. */
    record Drained(long term) implements CandidacyEvent {}

    // From the stream around the entry.

    /** The entry ahead is gone. */
    record PredecessorGone(long follow) implements CandidacyEvent {}

    /** The entry ahead lost its session and stays. */
    record PredecessorOrphaned(long follow, Duration holderTtl) implements CandidacyEvent {}

    /** The own entry is gone. */
    record OwnGone(long follow) implements CandidacyEvent {}

    /** The stream was interrupted. */
    record FollowBroken(long follow, String reason) implements CandidacyEvent {}

    // From the application.

    /** Leave for good: RESIGNED or CLOSED. */
    record Leave(RevocationCause cause) implements CandidacyEvent {}

    /** Step down and stand again, not before so many nanoseconds from now. */
    record Requeue(long delayNanos) implements CandidacyEvent {}

    /** The health check changed its mind. */
    record HealthChanged(boolean fit) implements CandidacyEvent {}

    /** A store refused a token of this candidacy as stale. */
    record Fenced(long term, @Nullable FencingToken highest) implements CandidacyEvent {}

    // From the runtime.

    /** The sweeper is about to withdraw an entry that nobody claimed; it must not be adopted any more. */
    record Swept(FencingToken token) implements CandidacyEvent {}

    /** The time asked for with {@link CandidacyCommand.WakeAt} has come. */
    record Woken() implements CandidacyEvent {}
}
