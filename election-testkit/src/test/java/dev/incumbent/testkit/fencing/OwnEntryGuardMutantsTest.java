package dev.incumbent.testkit.fencing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.testkit.fencing.FakeCoordinatorHarness.Fault;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The own-entry guard's contract has to tell broken guards from sound ones, each by the tests about its fault. */
class OwnEntryGuardMutantsTest {

    @Test
    void shouldPassWhenGuardIsSound() {
        ContractRun run = ContractRun.of(Sound.class);

        assertThat(run.run()).isGreaterThanOrEqualTo(12);
        assertThat(run.failed()).isEmpty();
    }

    @Test
    void shouldFailWhenGuardChecksThenActs() {
        assertThat(ContractRun.of(CheckThenAct.class).failed())
                .contains("shouldHoldRemovalOrDropWriterWhenWriterIsPausedInItsWork");
    }

    @Test
    void shouldFailWhenGuardComparesExistenceOnly() {
        assertThat(ContractRun.of(ComparesExistence.class).failed())
                .contains("shouldRefuseOldTokenWhenSameCandidateEntersAgain", "shouldRefuseWhenTokenWasMadeUp");
    }

    @Test
    void shouldFailWhenGuardRefusesSecondWrite() {
        assertThat(ContractRun.of(RefusesSecondWrite.class).failed())
                .contains("shouldAdmitEveryWriteWhileOwnEntryStands", "shouldAdmitAllWhenOneLeaderWritesConcurrently");
    }

    @Test
    void shouldFailWhenGuardAcceptsAll() {
        assertThat(ContractRun.of(AcceptsAll.class).failed())
                .contains(
                        "shouldRefuseWithoutNamingHighestWhenOwnEntryIsGone",
                        "shouldCommitNothingMoreWhenOwnEntryIsGone",
                        "shouldSayThatFirstTryMayHaveLandedWhenRetryIsFenced");
    }

    @Test
    void shouldFailWhenGuardNamesHighest() {
        assertThat(ContractRun.of(NamesHighest.class).failed())
                .contains("shouldRefuseWithoutNamingHighestWhenOwnEntryIsGone");
    }

    @Test
    void shouldFailWhenGuardOpensWithoutLooking() {
        assertThat(ContractRun.of(NoSeal.class).failed()).containsExactly("shouldRefuseToOpenWhenOwnEntryIsGone");
    }

    abstract static class Faulty extends OwnEntryGuardContractTest<List<String>> {
        private final Fault fault;

        Faulty(Fault fault) {
            this.fault = fault;
        }

        @Override
        protected OwnEntryGuardHarness<List<String>> openHarness() {
            return new FakeCoordinatorHarness(fault);
        }
    }

    static class Sound extends Faulty {
        Sound() {
            super(Fault.NONE);
        }
    }

    static class CheckThenAct extends Faulty {
        CheckThenAct() {
            super(Fault.CHECK_THEN_ACT);
        }
    }

    static class ComparesExistence extends Faulty {
        ComparesExistence() {
            super(Fault.COMPARES_EXISTENCE);
        }
    }

    static class RefusesSecondWrite extends Faulty {
        RefusesSecondWrite() {
            super(Fault.REFUSES_SECOND_WRITE);
        }
    }

    static class AcceptsAll extends Faulty {
        AcceptsAll() {
            super(Fault.ACCEPTS_ALL);
        }
    }

    static class NamesHighest extends Faulty {
        NamesHighest() {
            super(Fault.NAMES_HIGHEST);
        }
    }

    static class NoSeal extends Faulty {
        NoSeal() {
            super(Fault.NO_SEAL);
        }
    }
}
