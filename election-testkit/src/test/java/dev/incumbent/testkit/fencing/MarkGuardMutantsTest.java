package dev.incumbent.testkit.fencing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.fencing.FenceScope;
import dev.incumbent.fencing.jdbc.Dialect;
import dev.incumbent.fencing.jdbc.H2Dialect;
import dev.incumbent.fencing.jdbc.MarkTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The mark guard's contract has to tell broken guards from sound ones, each by the tests that are about its fault. */
class MarkGuardMutantsTest {

    @Test
    void shouldPassWhenGuardIsSound() {
        ContractRun run = ContractRun.of(Sound.class);

        assertThat(run.run()).isGreaterThanOrEqualTo(19);
        assertThat(run.failed()).isEmpty();
    }

    @Test
    void shouldFailWhenGuardAcceptsLower() {
        assertThat(ContractRun.of(AcceptsLower.class).failed())
                .contains(
                        "shouldRefuseAndNameHighestWhenTokenIsLower",
                        "shouldCommitNothingStaleWhenNewerLeaderHasOpened",
                        "shouldReadAllAcknowledgedWritesOfOlderLeaderWhenOpened",
                        "shouldSayThatFirstTryMayHaveLandedWhenRetryIsFenced");
    }

    @Test
    void shouldFailWhenGuardRefusesEqual() {
        assertThat(ContractRun.of(RefusesEqual.class).failed())
                .contains("shouldAdmitEveryWriteWhenTokenEqualsMark", "shouldAdmitAllWhenOneLeaderWritesConcurrently");
    }

    @Test
    void shouldFailWhenGuardChecksThenActs() {
        assertThat(ContractRun.of(CheckThenAct.class).failed())
                .contains("shouldHoldSealOrDropWriterWhenWriterIsPausedInItsWork");
    }

    @Test
    void shouldFailWhenGuardDoesNotSeal() {
        assertThat(ContractRun.of(NoSeal.class).failed())
                .contains(
                        "shouldAskToSealWhenTokenIsHigher",
                        "shouldRaiseMarkWhenNewerTokenSeals",
                        "shouldCommitNothingStaleWhenNewerLeaderHasOpened");
    }

    @Test
    void shouldFailWhenGuardIgnoresGeneration() {
        assertThat(ContractRun.of(IgnoresGeneration.class).failed()).contains("shouldCompareGenerationBeforeEpoch");
    }

    @Test
    void shouldFailWhenGuardIgnoresAuthority() {
        assertThat(ContractRun.of(IgnoresAuthority.class).failed()).contains("shouldRefuseWhenAuthorityIsForeign");
    }

    @Test
    void shouldFailWhenGuardAcceptsTokenless() {
        assertThat(ContractRun.of(AcceptsTokenless.class).failed()).containsExactly("shouldRefuseWhenTokenIsMissing");
    }

    @Test
    void shouldFailWhenGuardDoesNotCapGenerations() {
        assertThat(ContractRun.of(NoCap.class).failed()).containsExactly("shouldTakeAnyEpochButNoFarFutureGeneration");
    }

    @Test
    void shouldFailWhenDatabaseLocksNothingForWrites() {
        assertThat(ContractRun.of(LocklessJdbc.class).failed())
                .contains("shouldHoldSealOrDropWriterWhenWriterIsPausedInItsWork");
    }

    abstract static class InMemory extends MarkGuardContractTest<Map<String, List<String>>> {
        private final Mutation mutation;

        InMemory(Mutation mutation) {
            this.mutation = mutation;
        }

        @Override
        protected MarkGuardHarness<Map<String, List<String>>> openHarness() {
            return InMemoryHarness.broken(mutation);
        }
    }

    static class Sound extends InMemory {
        Sound() {
            super(Mutation.NONE);
        }
    }

    static class AcceptsLower extends InMemory {
        AcceptsLower() {
            super(Mutation.ACCEPTS_LOWER);
        }
    }

    static class RefusesEqual extends InMemory {
        RefusesEqual() {
            super(Mutation.REFUSES_EQUAL);
        }
    }

    static class CheckThenAct extends InMemory {
        CheckThenAct() {
            super(Mutation.CHECK_THEN_ACT);
        }
    }

    static class NoSeal extends InMemory {
        NoSeal() {
            super(Mutation.NO_SEAL);
        }
    }

    static class IgnoresGeneration extends InMemory {
        IgnoresGeneration() {
            super(Mutation.IGNORES_GENERATION);
        }
    }

    static class IgnoresAuthority extends InMemory {
        IgnoresAuthority() {
            super(Mutation.IGNORES_AUTHORITY);
        }
    }

    static class AcceptsTokenless extends InMemory {
        AcceptsTokenless() {
            super(Mutation.ACCEPTS_TOKENLESS);
        }
    }

    static class NoCap extends InMemory {
        NoCap() {
            super(Mutation.NO_CAP);
        }
    }

    static class LocklessJdbc extends MarkGuardContractTest<Connection> {
        @Override
        protected MarkGuardHarness<Connection> openHarness() throws SQLException {
            return new H2Harness(new LocklessDialect());
        }
    }

    /** Locks for a seal, but lets writers read the mark without a lock: check-then-act, spread over a database. */
    private static final class LocklessDialect implements Dialect {
        private final Dialect sound = new H2Dialect();

        @Override
        public void lockForSeal(Connection connection, MarkTable table, FenceScope scope, Duration timeout)
                throws SQLException {
            sound.lockForSeal(connection, table, scope, timeout);
        }

        @Override
        public boolean lockForWrite(Connection connection, MarkTable table, FenceScope scope, Duration timeout) {
            return true;
        }

        @Override
        public String transactionId(Connection connection, MarkTable table, FenceScope scope) {
            return "always the same";
        }

        @Override
        public boolean isLockTimeout(SQLException error) {
            return sound.isLockTimeout(error);
        }

        @Override
        public Optional<String> blockers(Connection connection, MarkTable table, FenceScope scope) throws SQLException {
            return sound.blockers(connection, table, scope);
        }
    }
}
