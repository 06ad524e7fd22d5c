package dev.incumbent.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.CandidateId;
import dev.incumbent.election.ElectionClient;
import dev.incumbent.election.ElectionConfig;
import dev.incumbent.election.internal.machine.CandidacyCommand;
import dev.incumbent.election.internal.machine.CandidacyLogic;
import dev.incumbent.election.internal.machine.CandidacyMachine;
import dev.incumbent.election.internal.runtime.CoordinatedClient;
import dev.incumbent.election.internal.runtime.SingleThreadLoop;
import dev.incumbent.election.spi.Ack;
import dev.incumbent.election.spi.Coordinator;
import dev.incumbent.election.spi.ElectionRuntime;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.ObservationSink;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Subscription;
import dev.incumbent.election.spi.SystemTicker;
import dev.incumbent.testkit.memory.InMemoryElections;
import dev.incumbent.testkit.simulation.DelegatingCoordinator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** The elections' contract tells broken clients, each by the tests that are about its fault. */
class ElectionContractMutantsTest {

    private static final Duration TTL = Duration.ofSeconds(1);

    /** A sound client but for its coordinator or its decisions; impatient, since mutants keep one waiting. */
    abstract static class Mutant extends ElectionContractTest {

        private final UnaryOperator<Coordinator> mutation;
        private final CandidacyLogic logic;

        Mutant(UnaryOperator<Coordinator> mutation, CandidacyLogic logic) {
            this.mutation = mutation;
            this.logic = logic;
        }

        @Override
        protected ElectionHarness harness() {
            return new Harness();
        }

        private final class Harness implements ElectionHarness {

            private final InMemoryElections elections = InMemoryElections.create();
            private final List<ElectionClient> clients = new ArrayList<>();
            private final SplittableRandom seeds = new SplittableRandom(42);

            @Override
            public ElectionClient client(String candidateId) {
                ElectionConfig config = ElectionConfig.builder()
                        .leaseTtl(TTL)
                        .closeTimeout(Duration.ofMillis(300))
                        .build();
                ElectionClient client = CoordinatedClient.start(
                        mutation.apply(elections.connect(config, SystemTicker.INSTANCE)),
                        config,
                        new ElectionRuntime(
                                SystemTicker.INSTANCE,
                                new SingleThreadLoop("mutant"),
                                Executors.newCachedThreadPool(SingleThreadLoop.daemons("mutant-callback")),
                                true,
                                seeds.split(),
                                new CandidateId(candidateId)),
                        logic);
                clients.add(client);
                return client;
            }

            @Override
            public Duration ttl() {
                return TTL;
            }

            @Override
            public void expireFirst(String election) {
                elections.expireFirst(election);
            }

            @Override
            public void deleteFirst(String election) {
                elections.deleteFirst(election);
            }

            @Override
            public Duration patience() {
                return Duration.ofMillis(2500);
            }

            @Override
            public void close() {
                clients.forEach(ElectionClient::close);
                elections.close();
            }
        }
    }

    private static void assertCaught(Class<? extends Mutant> mutant, String... tests) {
        assertThat(ContractCheck.failing(mutant, tests)).containsExactlyInAnyOrder(tests);
    }

    static class ReleasesBeforeDrain extends Mutant {
        ReleasesBeforeDrain() {
            super(real -> real, (state, event, context, settings) -> {
                CandidacyLogic.Step step = CandidacyMachine.step(state, event, context, settings);
                List<CandidacyCommand> commands = new ArrayList<>();
                for (CandidacyCommand command : step.commands()) {
                    if (command instanceof CandidacyCommand.Revoke revoke) {
                        commands.add(new CandidacyCommand.Withdraw(revoke.term().entry()));
                    }
                    commands.add(command);
                }
                return new CandidacyLogic.Step(step.state(), commands, step.moves());
            });
        }
    }

    @Test
    void shouldCatchReleaseBeforeDrain() {
        assertCaught(
                ReleasesBeforeDrain.class,
                "shouldReleaseOnlyAfterListenerReturned",
                "shouldReportDownAndKeepEntryWhenDrainIsOverdue",
                "shouldInterruptWorkAndReleaseOnlyAfterItReturned");
    }

    private static Coordinator neverReleasing(Coordinator real) {
        return new DelegatingCoordinator(real) {
            @Override
            public CompletionStage<Outcome<Ack>> withdraw(Entry own) {
                return CompletableFuture.completedFuture(new Outcome.Done<>(Ack.ACK));
            }
        };
    }

    static class NeverReleases extends Mutant {
        NeverReleases() {
            super(ElectionContractMutantsTest::neverReleasing, CandidacyMachine::step);
        }
    }

    @Test
    void shouldCatchAReleaseThatDoesNotHappen() {
        assertCaught(
                NeverReleases.class,
                "shouldHandOverWhenLeaderResigns",
                "shouldLeaveNothingQueuedWhenWaiterCloses",
                "shouldLeaveNothingQueuedWhenTimeIsUp",
                "shouldStandBehindWhenRequeued");
    }

    static class AdoptsEndedEntry extends Mutant {
        AdoptsEndedEntry() {
            super(
                    ElectionContractMutantsTest::neverReleasing,
                    (state, event, context, settings) ->
                            CandidacyMachine.step(state.withoutRetired(), event, context, settings));
        }
    }

    @Test
    void shouldCatchAdoptionOfAnEndedEntry() {
        assertCaught(AdoptsEndedEntry.class, "shouldBeElectedAnewWhenRequeuedAlone", "shouldStandAgainWhenFenced");
    }

    static class ClosesSharedSession extends Mutant {
        ClosesSharedSession() {
            super(
                    real -> new DelegatingCoordinator(real) {
                        @Override
                        public CompletionStage<Outcome<Ack>> withdraw(Entry own) {
                            return super.closeSession(own.session());
                        }
                    },
                    CandidacyMachine::step);
        }
    }

    @Test
    void shouldCatchASharedSessionThatIsClosedForOneElection() {
        assertCaught(ClosesSharedSession.class, "shouldKeepOtherOfficesWhenOneIsResigned");
    }

    static class ObservesNothing extends Mutant {
        ObservesNothing() {
            super(
                    real -> new DelegatingCoordinator(real) {
                        @Override
                        public Subscription observe(String election, ObservationSink sink) {
                            return () -> {};
                        }
                    },
                    CandidacyMachine::step);
        }
    }

    @Test
    void shouldCatchAnObservationThatTellsNothing() {
        assertCaught(ObservesNothing.class, "shouldObserveElectionsPayloadsAndVacancy");
    }

    static class TellsNobodyOfTheEnd extends Mutant {
        TellsNobodyOfTheEnd() {
            super(real -> real, (state, event, context, settings) -> {
                CandidacyLogic.Step step = CandidacyMachine.step(state, event, context, settings);
                return new CandidacyLogic.Step(
                        step.state(),
                        step.commands().stream()
                                .filter(command -> !(command instanceof CandidacyCommand.Revoke))
                                .toList(),
                        step.moves());
            });
        }
    }

    @Test
    void shouldCatchAnEndThatIsNotTold() {
        assertCaught(
                TellsNobodyOfTheEnd.class,
                "shouldTellListenersInOrderAndOnce",
                "shouldLoseOfficeAndStandAgainWhenSessionIsLost");
    }
}
