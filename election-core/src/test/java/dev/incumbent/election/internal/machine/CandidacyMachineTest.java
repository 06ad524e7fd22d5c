package dev.incumbent.election.internal.machine;

import static dev.incumbent.election.internal.machine.Candidate.GENERATION;
import static dev.incumbent.election.internal.machine.Candidate.HEAD;
import static dev.incumbent.election.internal.machine.Candidate.SESSION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.incumbent.election.CandidacyState;
import dev.incumbent.election.Generation;
import dev.incumbent.election.RevocationCause;
import dev.incumbent.election.spi.Ack;
import dev.incumbent.election.spi.Enrolment;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Refusal;
import dev.incumbent.election.spi.Standing;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CandidacyMachineTest {

    private static Throwable lost() {
        return new IllegalStateException("connection lost");
    }

    @Nested
    class Entering {

        @Test
        void shouldTakeOfficeInOneStepWhenTheReplyShowsTheHead() {
            Candidate candidate = new Candidate().leading(7);
            assertThat(candidate.phase()).isEqualTo(CandidacyState.LEADING);
            assertThat(candidate.commands().get(0)).isInstanceOf(CandidacyCommand.Elect.class);
            assertThat(candidate.commands()).noneMatch(CandidacyCommand.ReadStanding.class::isInstance);
        }

        @Test
        void shouldWaitForASessionBeforeItEnters() {
            Candidate candidate = new Candidate().on(new CandidacyEvent.SessionOpened());
            assertThat(candidate.phase()).isEqualTo(CandidacyState.IDLE);
            assertThat(candidate.commands()).isEmpty();
        }

        @Test
        void shouldLookForItsEntryInsteadOfEnteringAgainWhenTheReplyWasLost() {
            Candidate candidate =
                    new Candidate().open().on(new CandidacyEvent.EnrolDone(1, new Outcome.Ambiguous<>(lost())));
            assertThat(candidate.commands())
                    .contains(new CandidacyCommand.FindOwn(1), new CandidacyCommand.Sweep())
                    .noneMatch(CandidacyCommand.Enrol.class::isInstance);
            candidate.on(new CandidacyEvent.FindDone(
                    1, new Outcome.Done<>(Optional.of(new Enrolment(candidate.entry(4), HEAD)))));
            assertThat(candidate.phase()).isEqualTo(CandidacyState.LEADING);
        }

        @Test
        void shouldEnterUnderANewIdentityWhenTheLostEntryIsNotThere() {
            Candidate candidate = new Candidate()
                    .open()
                    .on(new CandidacyEvent.EnrolDone(1, new Outcome.Ambiguous<>(lost())))
                    .on(new CandidacyEvent.FindDone(1, new Outcome.Done<>(Optional.empty())));
            assertThat(candidate.commands()).contains(new CandidacyCommand.Enrol(2));
        }

        @Test
        void shouldLookAgainLaterWhenTheLookupFailed() {
            Candidate candidate = new Candidate()
                    .open()
                    .on(new CandidacyEvent.EnrolDone(1, new Outcome.Ambiguous<>(lost())))
                    .on(new CandidacyEvent.FindDone(1, new Outcome.Unavailable<>(lost())));
            assertThat(candidate.phase()).isEqualTo(CandidacyState.ENROLLING);
            candidate.pass(Duration.ofSeconds(1)).woken();
            assertThat(candidate.commands()).contains(new CandidacyCommand.FindOwn(1));
        }

        @Test
        void shouldSweepWhenAnAttemptThatWasGivenUpComesThroughLate() {
            Candidate candidate =
                    new Candidate().open().on(new CandidacyEvent.EnrolDone(1, new Outcome.Ambiguous<>(lost())));
            candidate.on(new CandidacyEvent.EnrolDone(1, new Outcome.Done<>(new Enrolment(candidate.entry(4), HEAD))));
            assertThat(candidate.commands()).contains(new CandidacyCommand.Sweep());
            assertThat(candidate.phase()).isEqualTo(CandidacyState.ENROLLING);
        }

        @Test
        void shouldTellTheCallerAtOnceWhenItMayNotEnter() {
            Candidate candidate = new Candidate()
                    .open()
                    .on(new CandidacyEvent.EnrolDone(1, new Outcome.Refused<>(Refusal.NOT_PERMITTED, "NoAuth for /e")));
            assertThat(candidate.phase()).isEqualTo(CandidacyState.CLOSED);
            assertThat(candidate.commands())
                    .anyMatch(c -> c instanceof CandidacyCommand.End end
                            && end.failure().contains("NoAuth"));
        }

        @Test
        void shouldHaveTheSessionCheckedWhenARequestWasRefusedBecauseOfIt() {
            Candidate candidate = new Candidate()
                    .open()
                    .on(new CandidacyEvent.EnrolDone(1, new Outcome.Refused<>(Refusal.SESSION_GONE, "expired")));
            assertThat(candidate.commands()).anyMatch(CandidacyCommand.DoubtSession.class::isInstance);
            assertThat(candidate.phase()).isEqualTo(CandidacyState.IDLE);
        }

        @Test
        void shouldEnterWhenAnotherEventOvertakesTheTimerOfItsBackOff() {
            Candidate candidate = new Candidate()
                    .open()
                    .on(new CandidacyEvent.EnrolDone(1, new Outcome.Unavailable<>(lost())))
                    .pass(Duration.ofSeconds(1))
                    .on(new CandidacyEvent.GenerationChanged());
            assertThat(candidate.phase()).isEqualTo(CandidacyState.ENROLLING);
        }

        @Test
        void shouldWithdrawAnEntryMadeUnderAnOlderGeneration() {
            Candidate candidate = new Candidate()
                    .open()
                    .generation(new Generation(GENERATION.authority(), 9))
                    .enrolled(4, HEAD);
            assertThat(candidate.phase()).isEqualTo(CandidacyState.RELEASING);
            assertThat(candidate.history()).noneMatch(CandidacyCommand.Elect.class::isInstance);
        }
    }

    @Nested
    class Waiting {

        @Test
        void shouldTakeOfficeWithoutAReadWhenADecisivePredecessorGoes() {
            Candidate candidate = new Candidate().waiting(7).on(new CandidacyEvent.PredecessorGone(1));
            assertThat(candidate.phase()).isEqualTo(CandidacyState.LEADING);
            assertThat(candidate.commands()).noneMatch(CandidacyCommand.ReadStanding.class::isInstance);
        }

        @Test
        void shouldReadWhenThePredecessorWasNotTheOnlyOne() {
            Candidate candidate = new Candidate()
                    .open()
                    .enrolled(7, new Standing.Behind("p", false))
                    .on(new CandidacyEvent.PredecessorGone(1));
            assertThat(candidate.phase()).isEqualTo(CandidacyState.WAITING);
            assertThat(candidate.commands()).anyMatch(CandidacyCommand.ReadStanding.class::isInstance);
            candidate.read(new Standing.Behind("q", true));
            assertThat(candidate.commands())
                    .contains(new CandidacyCommand.Follow(2, candidate.entry(7), Optional.of("q")));
        }

        @Test
        void shouldBelieveThatItsEntryIsGoneWhileAReadIsUnderWay() {
            Candidate candidate = new Candidate()
                    .open()
                    .enrolled(7, new Standing.Behind("p", false))
                    .on(new CandidacyEvent.PredecessorGone(1))
                    .on(new CandidacyEvent.OwnGone(1));
            candidate.read(HEAD); // An older view, overtaken by the stream.
            assertThat(candidate.history()).noneMatch(CandidacyCommand.Elect.class::isInstance);
        }

        @Test
        void shouldIgnoreAStreamThatIsNoLongerFollowed() {
            Candidate candidate = new Candidate().waiting(7).on(new CandidacyEvent.PredecessorGone(99));
            assertThat(candidate.phase()).isEqualTo(CandidacyState.WAITING);
        }

        @Test
        void shouldNotBelieveADecisiveRemovalAfterTheStreamBroke() {
            Candidate candidate = new Candidate()
                    .waiting(7)
                    .on(new CandidacyEvent.FollowBroken(1, "reset"))
                    .on(new CandidacyEvent.PredecessorGone(1));
            assertThat(candidate.phase()).isEqualTo(CandidacyState.WAITING);
            candidate.read(HEAD);
            assertThat(candidate.phase()).isEqualTo(CandidacyState.LEADING);
        }

        @Test
        void shouldNotTakeOfficeOnALeaseThatIsOverButReadAgainOnceItIsRenewed() {
            Candidate candidate =
                    new Candidate().waiting(7).pass(Duration.ofSeconds(11)).on(new CandidacyEvent.PredecessorGone(1));
            assertThat(candidate.phase()).isEqualTo(CandidacyState.WAITING);
            candidate.renewLease().on(new CandidacyEvent.SessionRenewed());
            assertThat(candidate.commands()).anyMatch(CandidacyCommand.ReadStanding.class::isInstance);
            candidate.read(HEAD);
            assertThat(candidate.phase()).isEqualTo(CandidacyState.LEADING);
        }

        @Test
        void shouldGiveTheHolderOfAnOrphanItsWholeTimeToLive() {
            Candidate candidate = new Candidate()
                    .open()
                    .enrolled(7, new Standing.BehindOrphan("p", Duration.ofSeconds(10)))
                    .pass(Duration.ofSeconds(10))
                    .woken();
            assertThat(candidate.commands()).noneMatch(CandidacyCommand.RemoveOrphan.class::isInstance);
            candidate.renewLease().pass(Duration.ofSeconds(1)).woken();
            assertThat(candidate.commands()).contains(new CandidacyCommand.RemoveOrphan(candidate.entry(7), "p"));
            candidate
                    .on(new CandidacyEvent.OrphanDone("p", new Outcome.Done<>(Ack.ACK)))
                    .read(HEAD);
            assertThat(candidate.phase()).isEqualTo(CandidacyState.LEADING);
        }

        @Test
        void shouldNotWaitForAnOrphanTwiceWhenRemovingItFailed() {
            Candidate candidate = new Candidate()
                    .open()
                    .enrolled(7, new Standing.BehindOrphan("p", Duration.ofSeconds(10)))
                    .pass(Duration.ofSeconds(11))
                    .renewLease()
                    .woken()
                    .on(new CandidacyEvent.OrphanDone("p", new Outcome.Ambiguous<>(lost())))
                    .read(new Standing.BehindOrphan("p", Duration.ofSeconds(10)))
                    .pass(Duration.ofSeconds(1))
                    .woken();
            assertThat(candidate.commands()).contains(new CandidacyCommand.RemoveOrphan(candidate.entry(7), "p"));
        }

        @Test
        void shouldGiveTheNextHolderItsTimeWhenTheAnswerAboutAnEarlierOrphanComesLate() {
            Candidate candidate = new Candidate()
                    .open()
                    .enrolled(7, new Standing.BehindOrphan("p", Duration.ofSeconds(10)))
                    .pass(Duration.ofSeconds(11))
                    .renewLease()
                    .woken()
                    .on(new CandidacyEvent.PredecessorGone(1))
                    .read(new Standing.BehindOrphan("q", Duration.ofSeconds(10)))
                    .on(new CandidacyEvent.OrphanDone("p", new Outcome.Ambiguous<>(lost())))
                    .pass(Duration.ofSeconds(9))
                    .woken();
            assertThat(candidate.history())
                    .contains(new CandidacyCommand.RemoveOrphan(candidate.entry(7), "p"))
                    .doesNotContain(new CandidacyCommand.RemoveOrphan(candidate.entry(7), "q"));
        }

        @Test
        void shouldEnterAgainWhenItsEntryWasDeletedByAnotherHand() {
            Candidate candidate = new Candidate().waiting(7).on(new CandidacyEvent.OwnGone(1));
            assertThat(candidate.phase()).isEqualTo(CandidacyState.IDLE);
            candidate.pass(Duration.ofSeconds(1)).woken();
            assertThat(candidate.commands()).contains(new CandidacyCommand.Enrol(2));
        }

        @Test
        void shouldWithdrawWhenTheGenerationIsRaised() {
            Candidate candidate = new Candidate()
                    .waiting(7)
                    .generation(new Generation(GENERATION.authority(), 1))
                    .on(new CandidacyEvent.GenerationChanged());
            assertThat(candidate.commands()).contains(new CandidacyCommand.Withdraw(candidate.entry(7)));
        }
    }

    @Nested
    class InOffice {

        @Test
        void shouldBeSuspectWhenRenewalsFailAndRecoverWithTheNext() {
            Candidate candidate = new Candidate().leading(7).on(new CandidacyEvent.SessionSuspect("no answer"));
            assertThat(candidate.phase()).isEqualTo(CandidacyState.SUSPECT);
            candidate.renewLease().on(new CandidacyEvent.SessionRenewed());
            assertThat(candidate.phase()).isEqualTo(CandidacyState.LEADING);
            assertThat(candidate.commands()).anyMatch(CandidacyCommand.Recover.class::isInstance);
        }

        @Test
        void shouldConfirmItsEntryBeforeItRecoversFromALeap() {
            Candidate candidate = new Candidate()
                    .leading(7)
                    .suspend(Duration.ofSeconds(3))
                    .on(new CandidacyEvent.SessionSuspect("leap"))
                    .pass(Duration.ofMillis(5))
                    .renewLease()
                    .on(new CandidacyEvent.SessionRenewed());
            assertThat(candidate.phase()).isEqualTo(CandidacyState.SUSPECT);
            Term unconfirmed = candidate.model().term();
            assertThat(unconfirmed).isNotNull().extracting(Term::confirmedLeaps).isEqualTo(0);
            candidate.read(HEAD);
            assertThat(candidate.phase()).isEqualTo(CandidacyState.LEADING);
            assertThat(candidate.model().term())
                    .isNotNull()
                    .extracting(Term::confirmedLeaps)
                    .isEqualTo(1);
        }

        @Test
        void shouldRevokeWhenTheLeaseExpiresAndKeepTheEntryUntilDrained() {
            Candidate candidate =
                    new Candidate().leading(7).pass(Duration.ofSeconds(11)).on(new CandidacyEvent.LeaseExpired());
            assertThat(candidate.commands())
                    .anyMatch(c ->
                            c instanceof CandidacyCommand.Revoke revoke && revoke.cause() == RevocationCause.EXPIRED)
                    .noneMatch(CandidacyCommand.Withdraw.class::isInstance);
            candidate.drained();
            assertThat(candidate.commands()).contains(new CandidacyCommand.Withdraw(candidate.entry(7)));
        }

        @Test
        void shouldNeverAdoptTheEntryOfAnEndedTermWhenTheCoordinatorHandsItBack() {
            Candidate candidate = new Candidate()
                    .leading(7)
                    .pass(Duration.ofSeconds(11))
                    .on(new CandidacyEvent.LeaseExpired())
                    .drained()
                    .renewLease()
                    .on(new CandidacyEvent.WithdrawDone(
                            7, new Outcome.Refused<>(Refusal.ENTRY_GONE, "said a stale node")))
                    .enrolled(7, HEAD);
            assertThat(candidate.phase()).isEqualTo(CandidacyState.RELEASING);
            assertThat(candidate.history().stream().filter(CandidacyCommand.Elect.class::isInstance))
                    .hasSize(1);
        }

        @Test
        void shouldRefuseOfficeWhenEpochsRunBackwards() {
            Candidate candidate = new Candidate()
                    .leading(7)
                    .on(new CandidacyEvent.SessionLost(SESSION, "expired"))
                    .drained()
                    .on(new CandidacyEvent.SessionOpened())
                    .enrolled(3, HEAD);
            assertThat(candidate.phase()).isEqualTo(CandidacyState.RELEASING);
            assertThat(candidate.model().trouble()).contains("epochs run backwards", "raiseGeneration");
        }

        @Test
        void shouldRefuseOfficeOfAnotherAuthorityAndSayHowToCarryTheOldOneOver() {
            Generation rebuilt = new Generation(new UUID(2, 2), 0);
            Candidate candidate = new Candidate()
                    .leading(7)
                    .on(new CandidacyEvent.SessionLost(SESSION, "expired"))
                    .drained()
                    .generation(rebuilt)
                    .on(new CandidacyEvent.SessionOpened())
                    .on(new CandidacyEvent.EnrolDone(
                            2, new Outcome.Done<>(new Enrolment(Candidate.entry(900, rebuilt), HEAD))));
            assertThat(candidate.phase()).isEqualTo(CandidacyState.RELEASING);
            assertThat(candidate.model().trouble()).contains("raiseGeneration(" + GENERATION.authority());
            candidate.withdrawn().pass(Duration.ofMinutes(1)).renewLease().woken();
            candidate.on(new CandidacyEvent.EnrolDone(
                    3, new Outcome.Done<>(new Enrolment(Candidate.entry(901, rebuilt), HEAD))));
            assertThat(candidate.phase()).as("the second try is no better").isEqualTo(CandidacyState.RELEASING);
        }

        @Test
        void shouldReleaseOnlyAfterTheDrainWhenItResigns() {
            Candidate candidate = new Candidate().leading(7).on(new CandidacyEvent.Leave(RevocationCause.RESIGNED));
            assertThat(candidate.phase()).isEqualTo(CandidacyState.DRAINING);
            assertThat(candidate.history()).noneMatch(CandidacyCommand.Withdraw.class::isInstance);
            candidate.drained().withdrawn();
            assertThat(candidate.phase()).isEqualTo(CandidacyState.CLOSED);
        }

        @Test
        void shouldKeepTheEntryAndSayDownWhenTheDrainIsOverdue() {
            Candidate candidate = new Candidate()
                    .leading(7)
                    .on(new CandidacyEvent.Leave(RevocationCause.RESIGNED))
                    .pass(Duration.ofSeconds(31))
                    .woken();
            assertThat(candidate.model().overdue()).isTrue();
            assertThat(candidate.phase()).isEqualTo(CandidacyState.DRAINING);
        }

        @Test
        void shouldReleaseUndrainedOnlyWhenAskedToAndStandAgainOnlyWhenDrained() {
            Candidate candidate = new Candidate(true)
                    .leading(7)
                    .on(new CandidacyEvent.Requeue(0))
                    .pass(Duration.ofSeconds(31))
                    .woken();
            assertThat(candidate.commands()).contains(new CandidacyCommand.Withdraw(candidate.entry(7)));
            candidate.renewLease().withdrawn();
            assertThat(candidate.phase()).as("its own old work still runs").isEqualTo(CandidacyState.IDLE);
            candidate.drained();
            assertThat(candidate.phase()).isEqualTo(CandidacyState.ENROLLING);
        }

        @Test
        void shouldEndWithCauseFencedAndStandAgainAboveTheStoresMark() {
            Candidate candidate = new Candidate().leading(7);
            candidate.on(new CandidacyEvent.Fenced(1, candidate.entry(20).token()));
            assertThat(candidate.commands())
                    .anyMatch(c ->
                            c instanceof CandidacyCommand.Revoke revoke && revoke.cause() == RevocationCause.FENCED);
            candidate.drained().withdrawn().enrolled(15, HEAD);
            assertThat(candidate.phase()).as("15 is below the mark").isEqualTo(CandidacyState.RELEASING);
            candidate
                    .withdrawn()
                    .pass(Duration.ofMinutes(1))
                    .renewLease()
                    .woken()
                    .enrolled(21, HEAD);
            assertThat(candidate.phase()).isEqualTo(CandidacyState.LEADING);
        }

        @Test
        void shouldStepDownWhenUnhealthyAndStandAgainWhenFit() {
            Candidate candidate = new Candidate().leading(7).on(new CandidacyEvent.HealthChanged(false));
            candidate.drained().withdrawn();
            assertThat(candidate.phase()).isEqualTo(CandidacyState.IDLE);
            candidate.on(new CandidacyEvent.HealthChanged(true));
            assertThat(candidate.phase()).isEqualTo(CandidacyState.ENROLLING);
        }

        @Test
        void shouldBeSuspectWhileTheEntryCannotBeConfirmedAndKeepAsking() {
            Candidate candidate = new Candidate()
                    .leading(7)
                    .on(new CandidacyEvent.FollowBroken(1, "reset"))
                    .on(new CandidacyEvent.StandingRead(1, new Outcome.Unavailable<>(lost())));
            assertThat(candidate.phase()).isEqualTo(CandidacyState.SUSPECT);
            candidate.pass(Duration.ofMillis(200)).woken().read(HEAD);
            assertThat(candidate.phase()).isEqualTo(CandidacyState.LEADING);
            assertThat(candidate.history())
                    .contains(new CandidacyCommand.Follow(2, candidate.entry(7), Optional.empty()));
        }
    }

    @Nested
    class Releasing {

        @Test
        void shouldRepeatTheWithdrawalUntilItIsKnownToBeDone() {
            Candidate candidate = new Candidate()
                    .waiting(7)
                    .on(new CandidacyEvent.Leave(RevocationCause.CLOSED))
                    .on(new CandidacyEvent.WithdrawDone(7, new Outcome.Ambiguous<>(lost())));
            assertThat(candidate.phase()).isEqualTo(CandidacyState.RELEASING);
            candidate.pass(Duration.ofSeconds(1)).woken();
            assertThat(candidate.commands()).contains(new CandidacyCommand.Withdraw(candidate.entry(7)));
            candidate.withdrawn();
            assertThat(candidate.phase()).isEqualTo(CandidacyState.CLOSED);
        }

        @Test
        void shouldEndWithTheSessionWhenTheWithdrawalCannotGetThrough() {
            Candidate candidate = new Candidate()
                    .waiting(7)
                    .on(new CandidacyEvent.Leave(RevocationCause.CLOSED))
                    .dropLease()
                    .on(new CandidacyEvent.SessionLost(SESSION, "expired"));
            assertThat(candidate.phase()).isEqualTo(CandidacyState.CLOSED);
        }

        @Test
        void shouldWaitForAnOutstandingEntryBeforeItEndsSoThatNothingStaysQueued() {
            Candidate candidate = new Candidate().open().on(new CandidacyEvent.Leave(RevocationCause.CLOSED));
            assertThat(candidate.phase()).isEqualTo(CandidacyState.ENROLLING);
            candidate.enrolled(7, HEAD);
            assertThat(candidate.commands()).contains(new CandidacyCommand.Withdraw(candidate.entry(7)));
            assertThat(candidate.history()).noneMatch(CandidacyCommand.Elect.class::isInstance);
        }

        @Test
        void shouldStandAgainNoSoonerThanTheRequeueAskedFor() {
            Candidate candidate = new Candidate()
                    .waiting(7)
                    .on(new CandidacyEvent.Requeue(Duration.ofSeconds(2).toNanos()))
                    .withdrawn();
            assertThat(candidate.phase()).isEqualTo(CandidacyState.IDLE);
            candidate.pass(Duration.ofSeconds(2)).woken();
            assertThat(candidate.phase()).isEqualTo(CandidacyState.ENROLLING);
        }
    }

    @ParameterizedTest
    @EnumSource(CandidacyState.class)
    void shouldKnowEveryLegalMoveAndRefuseTheRest(CandidacyState from) {
        assertThatThrownBy(() -> CandidacyDraft.requireLegal(from, from, "nowhere"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(from.name());
    }
}
