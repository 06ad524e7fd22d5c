package dev.incumbent.fencing;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.incumbent.fencing.Admission.Admitted;
import dev.incumbent.fencing.Admission.Refused;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The guard in memory is linearizable: a write that was admitted comes before the seal of a newer token, and all that
 * is read after the seal shows it.
 */
class InMemoryFencedStoreLincheckTest {

    @Test
    void shouldBeLinearizableWhenComparedUnderTheLockOfTheWrite() {
        options().check(Sound.class);
    }

    @Test
    void shouldBeCaughtWhenLockIsReleasedBetweenCheckAndWrite() {
        assertThatThrownBy(() -> options().check(CheckThenAct.class)).isInstanceOf(LincheckAssertionError.class);
    }

    private static ModelCheckingOptions options() {
        return new ModelCheckingOptions()
                .threads(2)
                .actorsPerThread(2)
                .actorsBefore(0)
                .actorsAfter(1)
                .iterations(15)
                .invocationsPerIteration(60)
                .minimizeFailedScenario(false);
    }

    /**
     * A counter behind a guard, sealed by the first of two leaders. An increment also reads. Answers are numbers, which are
     * cheap to compare.
     */
    @Param(name = "epoch", gen = IntGen.class, conf = "1:2")
    public abstract static class Counter {
        private static final UUID AUTHORITY = new UUID(1, 2);
        private static final FenceScope SCOPE = new FenceScope("election", "counter");

        private final FencingGuard<int[]> guard;

        Counter(FencingGuard<int[]> guard) {
            this.guard = guard;
            guard.seal(SCOPE, token(1));
        }

        @Operation
        public int seal(@Param(name = "epoch") int epoch) {
            return code(guard.seal(SCOPE, token(epoch)));
        }

        @Operation
        public int increment(@Param(name = "epoch") int epoch) {
            return code(guard.admit(SCOPE, token(epoch), counter -> ++counter[0]));
        }

        private static FencingToken token(int epoch) {
            return new FencingToken(AUTHORITY, SCOPE.election(), 0, epoch);
        }

        /** The counter if admitted, 100 + the mark's epoch if sealed, less than zero if refused. */
        private static int code(Admission<?> admission) {
            if (admission instanceof Admitted<?> admitted) {
                Object value = admitted.value();
                return value instanceof Integer count ? count : 100 + epochOf((Optional<?>) value);
            }
            return ((Refused<?>) admission).refusal() instanceof Refusal.Stale ? -1 : -2;
        }

        private static int epochOf(Optional<?> mark) {
            return mark.isPresent() ? (int) ((FencingToken) mark.get()).epoch() : 0;
        }
    }

    public static class Sound extends Counter {
        public Sound() {
            super(new InMemoryFencedStore<>(new int[1], rule()));
        }
    }

    public static class CheckThenAct extends Counter {
        public CheckThenAct() {
            super(new CheckThenActGuard(rule()));
        }
    }

    private static MarkRule rule() {
        return MarkRule.on(() -> Instant.EPOCH);
    }

    /** Checks under the lock, releases it, and takes it again to write. */
    private static final class CheckThenActGuard implements FencingGuard<int[]> {
        private final InMemoryFencedStore<int[]> checks;
        private final Object lock = new Object();
        private final int[] counter = new int[1];

        CheckThenActGuard(MarkRule rule) {
            checks = new InMemoryFencedStore<>(new int[1], rule);
        }

        @Override
        public Admission<Optional<FencingToken>> seal(FenceScope scope, FencingToken token) {
            return checks.seal(scope, token);
        }

        @Override
        public <T extends @Nullable Object, X extends Exception> Admission<T> admit(
                FenceScope scope, @Nullable FencingToken token, FencedWork<? super int[], T, X> work) throws X {
            Admission<Boolean> check = checks.admit(scope, token, ignored -> true);
            if (check instanceof Refused<Boolean> refused) {
                return new Refused<>(refused.refusal());
            }
            synchronized (lock) {
                return new Admitted<>(work.apply(counter));
            }
        }
    }
}
