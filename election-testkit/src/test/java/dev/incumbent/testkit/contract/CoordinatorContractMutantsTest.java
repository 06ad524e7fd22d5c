package dev.incumbent.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.Generation;
import dev.incumbent.election.Ticker;
import dev.incumbent.election.spi.Ack;
import dev.incumbent.election.spi.Coordinator;
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
import dev.incumbent.testkit.simulation.DelegatingCoordinator;
import dev.incumbent.testkit.store.StoreStyle;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** The coordinators' contract tells broken ones, each by the tests that are about its fault. */
class CoordinatorContractMutantsTest {

    /** Everything as it is but for what a mutant's decorator changes; impatient, since mutants keep one waiting. */
    abstract static class Mutant extends CoordinatorContractTest {

        private final StoreStyle style;
        private final UnaryOperator<Coordinator> mutation;

        Mutant(StoreStyle style, UnaryOperator<Coordinator> mutation) {
            this.style = style;
            this.mutation = mutation;
        }

        @Override
        protected CoordinatorHarness harness() {
            return new InMemoryCoordinatorHarness(style) {
                @Override
                public Coordinator connect(Ticker ticker) {
                    return mutation.apply(super.connect(ticker));
                }

                @Override
                public Duration patience() {
                    return Duration.ofSeconds(2);
                }
            };
        }
    }

    private static void assertCaught(Class<? extends Mutant> mutant, String... tests) {
        assertThat(ContractCheck.failing(mutant, tests)).hasSize(tests.length);
    }

    static class ClaimsMoreTime extends Mutant {
        ClaimsMoreTime() {
            super(StoreStyle.etcd(), real -> new DelegatingCoordinator(real) {
                @Override
                public CompletionStage<Outcome<SessionGrant>> openSession(SessionSignals signals) {
                    return super.openSession(signals)
                            .thenApply(outcome -> outcome.map(grant -> new SessionGrant(
                                    grant.id(),
                                    new Renewal(
                                            grant.renewal().countedFrom(),
                                            grant.ttl().multipliedBy(2)),
                                    grant.generation())));
                }
            });
        }
    }

    @Test
    void shouldCatchALongerTimeToLiveThanIsKept() {
        assertCaught(ClaimsMoreTime.class, "shouldKeepEntriesForTheTimeToLiveWhenNotRenewed");
    }

    static class HidesLoss extends Mutant {
        HidesLoss() {
            super(StoreStyle.etcd(), real -> new DelegatingCoordinator(real) {
                @Override
                public CompletionStage<Outcome<Renewal>> renew(SessionId session) {
                    return super.renew(session)
                            .thenApply(outcome -> outcome instanceof Outcome.Refused<Renewal> refused
                                    ? new Outcome.Unavailable<>(new IllegalStateException(refused.message()))
                                    : outcome);
                }
            });
        }
    }

    @Test
    void shouldCatchARefusalTakenForAnOutage() {
        assertCaught(
                HidesLoss.class, "shouldTellOfLossWhenSessionExpired", "shouldTakeTheEntriesAlongWhenSessionIsClosed");
    }

    static class DeletesByElection extends Mutant {
        DeletesByElection() {
            super(StoreStyle.etcd(), real -> new DelegatingCoordinator(real) {
                @Override
                public CompletionStage<Outcome<Ack>> withdraw(Entry own) {
                    return super.ownEntries(own.session()).thenCompose(outcome -> {
                        List<Entry> entries = ((Outcome.Done<List<Entry>>) outcome).value();
                        return super.withdraw(entries.stream()
                                .filter(entry -> entry.election().equals(own.election()))
                                .findFirst()
                                .orElse(own));
                    });
                }
            });
        }
    }

    @Test
    void shouldCatchADeletionThatDoesNotCompare() {
        assertCaught(DeletesByElection.class, "shouldNotDeleteTheLaterEntryWhenTheFormerIsWithdrawnAgain");
    }

    static class FollowsNobody extends Mutant {
        FollowsNobody() {
            super(StoreStyle.etcd(), real -> new DelegatingCoordinator(real) {
                @Override
                public Subscription follow(Entry own, Optional<String> predecessor, FollowSink sink) {
                    return super.follow(own, Optional.empty(), sink);
                }
            });
        }
    }

    @Test
    void shouldCatchAPredecessorThatIsNotFollowed() {
        assertCaught(
                FollowsNobody.class,
                "shouldReportWhenPredecessorLeaves",
                "shouldReportWhatHappenedBetweenTheViewAndFollowing",
                "shouldLetTheNextInWhenSessionAheadExpires");
    }

    static class FollowsOthersOnly extends Mutant {
        FollowsOthersOnly() {
            super(StoreStyle.etcd(), real -> new DelegatingCoordinator(real) {
                @Override
                public Subscription follow(Entry own, Optional<String> predecessor, FollowSink sink) {
                    return predecessor.isEmpty() ? () -> {} : super.follow(own, predecessor, sink);
                }
            });
        }
    }

    @Test
    void shouldCatchAHeadThatIsNotFollowed() {
        assertCaught(
                FollowsOthersOnly.class,
                "shouldReportOwnGoneWhenHeadIsDeletedByAnotherHand",
                "shouldReportWhatHappenedToOwnEntryBetweenTheViewAndFollowing");
    }

    static class NeverStopsFollowing extends Mutant {
        NeverStopsFollowing() {
            super(StoreStyle.etcd(), real -> new DelegatingCoordinator(real) {
                @Override
                public Subscription follow(Entry own, Optional<String> predecessor, FollowSink sink) {
                    super.follow(own, predecessor, sink);
                    return () -> {};
                }
            });
        }
    }

    @Test
    void shouldCatchAFollowThatIsNotStopped() {
        assertCaught(NeverStopsFollowing.class, "shouldBeSilentAfterClosing");
    }

    static class AlwaysDecisive extends Mutant {
        AlwaysDecisive() {
            super(StoreStyle.etcd(), real -> new DelegatingCoordinator(real) {
                @Override
                public CompletionStage<Outcome<Enrolment>> enrol(EnrolRequest request) {
                    return super.enrol(request)
                            .thenApply(outcome -> outcome.map(enrolment -> enrolment.standing()
                                            instanceof Standing.Behind behind
                                    ? new Enrolment(enrolment.entry(), new Standing.Behind(behind.predecessor(), true))
                                    : enrolment));
                }
            });
        }
    }

    @Test
    void shouldCatchAPlaceThatIsCalledDecisiveAndIsNot() {
        assertCaught(AlwaysDecisive.class, "shouldQueueInOrderOfCommitWhenSeveralEnter");
    }

    static class IgnoresGeneration extends Mutant {
        IgnoresGeneration() {
            super(StoreStyle.etcd(), real -> new DelegatingCoordinator(real) {
                @Override
                public CompletionStage<Outcome<Enrolment>> enrol(EnrolRequest request) {
                    return super.generation()
                            .thenCompose(outcome -> super.enrol(new EnrolRequest(
                                    request.election(),
                                    request.session(),
                                    request.attempt(),
                                    request.candidate(),
                                    request.payload(),
                                    ((Outcome.Done<Generation>) outcome).value())));
                }
            });
        }
    }

    @Test
    void shouldCatchAGenerationThatIsNotCompared() {
        assertCaught(
                IgnoresGeneration.class,
                "shouldRefuseAndEnterNothingWhenGenerationDiffers",
                "shouldPutEverythingAboveWhenGenerationIsRaised");
    }

    static class DropsAuthority extends Mutant {
        DropsAuthority() {
            super(StoreStyle.etcd(), real -> new DelegatingCoordinator(real) {
                @Override
                public CompletionStage<Outcome<Generation>> raiseGeneration(Optional<UUID> authority, long atLeast) {
                    return super.raiseGeneration(Optional.empty(), atLeast);
                }
            });
        }
    }

    @Test
    void shouldCatchAnAuthorityThatIsNotCarriedOver() {
        assertCaught(DropsAuthority.class, "shouldRaiseByOneAtLeastAndCarryTheAuthorityOver");
    }

    static class FindsNothing extends Mutant {
        FindsNothing() {
            super(StoreStyle.etcd(), real -> new DelegatingCoordinator(real) {
                @Override
                public CompletionStage<Outcome<Optional<Enrolment>>> findOwn(EnrolRequest request) {
                    return CompletableFuture.completedFuture(new Outcome.Done<>(Optional.empty()));
                }

                @Override
                public CompletionStage<Outcome<List<Entry>>> ownEntries(SessionId session) {
                    return CompletableFuture.completedFuture(new Outcome.Done<>(List.of()));
                }
            });
        }
    }

    @Test
    void shouldCatchAnEntryThatIsNotFound() {
        assertCaught(
                FindsNothing.class,
                "shouldFindOwnEntryWhenItStands",
                "shouldListOwnEntriesOfAllElectionsAndNobodyElses",
                "shouldGiveDistinctTokensWhenManyElectionsAreEnteredAtOnce");
    }

    static class WritesTwice extends Mutant {
        WritesTwice() {
            super(StoreStyle.zooKeeper(), real -> new DelegatingCoordinator(real) {
                @Override
                public CompletionStage<Outcome<Enrolment>> enrol(EnrolRequest request) {
                    super.enrol(request);
                    return super.enrol(request);
                }
            });
        }
    }

    @Test
    void shouldCatchAWriteThatIsRepeated() {
        assertCaught(
                WritesTwice.class,
                "shouldCommitOneWriteWhenEntering",
                "shouldBeHeadWhenFirstToEnter",
                "shouldQueueInOrderOfCommitWhenSeveralEnter");
    }

    static class MergesNames extends Mutant {
        MergesNames() {
            super(StoreStyle.zooKeeper(), real -> new DelegatingCoordinator(real) {
                @Override
                public CompletionStage<Outcome<Enrolment>> enrol(EnrolRequest request) {
                    return super.enrol(new EnrolRequest(
                            request.election().replaceAll("/.*", ""),
                            request.session(),
                            request.attempt(),
                            request.candidate(),
                            request.payload(),
                            request.generation()));
                }
            });
        }
    }

    @Test
    void shouldCatchNamesThatAreNotKeptApart() {
        assertCaught(MergesNames.class, "shouldKeepElectionsApartWhenNamesAreAlike(java.lang.String)");
    }

    static class EntersAnewForPayload extends Mutant {
        EntersAnewForPayload() {
            super(StoreStyle.etcd(), real -> new DelegatingCoordinator(real) {
                @Override
                public CompletionStage<Outcome<Ack>> updatePayload(Entry own, byte[] payload) {
                    return super.updatePayload(own, payload).thenCompose(outcome -> super.withdraw(own));
                }
            });
        }
    }

    @Test
    void shouldCatchAPayloadThatCostsThePlace() {
        assertCaught(EntersAnewForPayload.class, "shouldChangeThePayloadAndNothingElse");
    }

    static class WritesUnguarded extends Mutant {
        WritesUnguarded() {
            super(StoreStyle.etcd(), real -> new DelegatingCoordinator(real) {
                @Override
                public CompletionStage<Outcome<Ack>> guardedWrite(Entry own, List<GuardedOp> ops) {
                    return super.ownEntries(own.session())
                            .thenCompose(outcome -> super.guardedWrite(
                                    ((Outcome.Done<List<Entry>>) outcome)
                                            .value()
                                            .get(0),
                                    ops));
                }
            });
        }
    }

    @Test
    void shouldCatchAWriteUnderAnotherEntry() {
        assertCaught(WritesUnguarded.class, "shouldWriteNothingWhenEntryIsGone");
    }

    static class ObservesOnce extends Mutant {
        ObservesOnce() {
            super(StoreStyle.etcd(), real -> new DelegatingCoordinator(real) {
                @Override
                public Subscription observe(String election, ObservationSink sink) {
                    super.list(election)
                            .thenAccept(outcome ->
                                    sink.head(((Outcome.Done<List<dev.incumbent.election.CandidateInfo>>) outcome)
                                            .value().stream().findFirst()));
                    return () -> {};
                }
            });
        }
    }

    @Test
    void shouldCatchAnObservationThatEndsAtOnce() {
        assertCaught(ObservesOnce.class, "shouldObserveThePresentStateAndThenChanges");
    }

    static class HangsWhenClosed extends Mutant {
        HangsWhenClosed() {
            super(StoreStyle.etcd(), real -> new DelegatingCoordinator(real) {
                private volatile boolean closed;

                @Override
                public CompletionStage<Outcome<Standing>> standing(Entry own) {
                    return closed ? new CompletableFuture<>() : super.standing(own);
                }

                @Override
                public void close() {
                    closed = true;
                    super.close();
                }
            });
        }
    }

    @Test
    void shouldCatchARequestThatHangs() {
        assertCaught(HangsWhenClosed.class, "shouldAnswerInsteadOfHangingWhenClosed");
    }
}
