package dev.incumbent.testkit.fencing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.incumbent.fencing.Admission;
import dev.incumbent.fencing.Admission.Admitted;
import dev.incumbent.fencing.Admission.Refused;
import dev.incumbent.fencing.FenceScope;
import dev.incumbent.fencing.FencedResource;
import dev.incumbent.fencing.FencingGuard;
import dev.incumbent.fencing.FencingToken;
import dev.incumbent.fencing.Refusal;
import dev.incumbent.fencing.StaleTokenException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The contract of a guard that keeps a mark in the data's store (guarantee S3): only the sealed token passes, and once
 * a newer one is sealed nothing older commits.
 *
 * <p>Extend it, and give it a harness over an empty store for each test.
 *
 * @param <S> how work reaches the store
 */
@Timeout(90)
public abstract class MarkGuardContractTest<S> {

    private static final String ELECTION = "contract/election";
    private static final String RESOURCE = "ledger";
    private static final FenceScope SCOPE = new FenceScope(ELECTION, RESOURCE);
    private static final UUID AUTHORITY = new UUID(0x1234, 0x5678);

    /** How long a broken guard gets to let a seal pass a write in progress; a sound one makes the test wait this long. */
    private static final long CHANCE_MILLIS = 250;

    private static final long PATIENCE_SECONDS = 30;
    private static final long YEAR_5138 = 100_000_000_000L;

    private @Nullable MarkGuardHarness<S> opened;
    private final ExecutorService executor = Executors.newCachedThreadPool();

    /** For subclasses. */
    protected MarkGuardContractTest() {}

    /** Returns a new, empty store behind a guard of the kind under test. */
    protected abstract MarkGuardHarness<S> openHarness() throws Exception;

    @BeforeEach
    final void open() throws Exception {
        opened = openHarness();
    }

    @AfterEach
    final void close() throws Exception {
        executor.shutdownNow();
        assertThat(executor.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .isTrue();
        if (opened != null) {
            opened.close();
        }
    }

    @Test
    final void shouldAdmitEveryWriteWhenTokenEqualsMark() throws Exception {
        assertThat(seal(token(1))).isEqualTo(new Admitted<>(Optional.empty()));

        assertThat(append(token(1), "first")).isInstanceOf(Admitted.class);
        assertThat(append(token(1), "second")).isInstanceOf(Admitted.class);

        assertThat(committed()).containsExactly("first", "second");
    }

    @Test
    final void shouldRefuseAndNameHighestWhenTokenIsLower() throws Exception {
        seal(token(1));
        seal(token(2));

        assertThat(append(token(1), "late")).isEqualTo(refused(new Refusal.Stale(token(2))));
        assertThat(committed()).isEmpty();
    }

    @Test
    final void shouldAskToSealWhenTokenIsHigher() throws Exception {
        seal(token(1));

        assertThat(append(token(2), "unsealed")).isEqualTo(refused(new Refusal.Unsealed(token(1))));
        assertThat(committed()).isEmpty();
        assertThat(append(token(1), "still leading")).isInstanceOf(Admitted.class);
    }

    @Test
    final void shouldAskToSealWhenNobodyHas() throws Exception {
        assertThat(append(token(1), "unsealed")).isEqualTo(refused(new Refusal.Unsealed(null)));
        assertThat(committed()).isEmpty();
    }

    @Test
    final void shouldRaiseMarkWhenNewerTokenSeals() throws Exception {
        seal(token(1));

        assertThat(seal(token(2))).isEqualTo(new Admitted<>(Optional.of(token(1))));
        assertThat(append(token(2), "new leader")).isInstanceOf(Admitted.class);
        assertThat(committed()).containsExactly("new leader");
    }

    @Test
    final void shouldKeepMarkWhenOlderTokenSeals() throws Exception {
        seal(token(2));

        assertThat(seal(token(1))).isEqualTo(refused(new Refusal.Stale(token(2))));
        assertThat(append(token(2), "still leading")).isInstanceOf(Admitted.class);
    }

    @Test
    final void shouldAdmitSealWhenSameTokenSealsAgain() throws Exception {
        seal(token(1));

        assertThat(seal(token(1))).isEqualTo(new Admitted<>(Optional.of(token(1))));
        assertThat(append(token(1), "still leading")).isInstanceOf(Admitted.class);
    }

    @Test
    final void shouldRefuseWhenTokenIsMissing() throws Exception {
        seal(token(1));

        assertThat(append(null, "tokenless")).isEqualTo(refused(new Refusal.Missing()));
        assertThat(committed()).isEmpty();
    }

    @Test
    final void shouldRefuseWhenAuthorityIsForeign() throws Exception {
        FencingToken foreign = new FencingToken(new UUID(9, 9), ELECTION, 0, 5);
        seal(token(1));

        assertThat(seal(foreign)).isEqualTo(refused(new Refusal.Foreign(token(1))));
        assertThat(append(foreign, "foreign")).isEqualTo(refused(new Refusal.Foreign(token(1))));
        assertThat(committed()).isEmpty();
        assertThat(append(token(1), "own")).isInstanceOf(Admitted.class);
    }

    @Test
    final void shouldRefuseWhenElectionIsForeign() throws Exception {
        FencingToken foreign = new FencingToken(AUTHORITY, "another/election", 0, 5);

        assertThat(reason(seal(foreign))).isInstanceOf(Refusal.Foreign.class);
        seal(token(1));
        assertThat(reason(seal(foreign))).isInstanceOf(Refusal.Foreign.class);
        assertThat(reason(append(foreign, "foreign"))).isInstanceOf(Refusal.Foreign.class);
        assertThat(committed()).isEmpty();
        assertThat(append(token(1), "own")).isInstanceOf(Admitted.class);
    }

    @Test
    final void shouldCompareGenerationBeforeEpoch() throws Exception {
        FencingToken raised = new FencingToken(AUTHORITY, ELECTION, 1, 3);
        seal(token(1_000_000));

        assertThat(seal(raised)).isEqualTo(new Admitted<>(Optional.of(token(1_000_000))));
        assertThat(append(token(2_000_000), "old generation")).isEqualTo(refused(new Refusal.Stale(raised)));
        assertThat(append(raised, "new generation")).isInstanceOf(Admitted.class);
    }

    @Test
    final void shouldTakeAnyEpochButNoFarFutureGeneration() throws Exception {
        seal(token(1));
        FencingToken leapt = token(Long.MAX_VALUE);
        FencingToken forged = new FencingToken(AUTHORITY, ELECTION, YEAR_5138, 1);

        assertThat(reason(seal(forged))).isInstanceOf(Refusal.Implausible.class);
        assertThat(append(token(1), "not locked out")).isInstanceOf(Admitted.class);
        assertThat(seal(leapt)).isInstanceOf(Admitted.class);
        assertThat(append(leapt, "leapt")).isInstanceOf(Admitted.class);
    }

    @Test
    final void shouldKeepMarksApartWhenScopesDiffer() throws Exception {
        FenceScope other = new FenceScope(ELECTION, "other");
        guard().seal(other, token(1));
        seal(token(2));

        assertThat(guard().admit(other, token(1), store -> write(store, "other", "untouched by the seal")))
                .isInstanceOf(Admitted.class);
        assertThat(harness().committed("other")).containsExactly("untouched by the seal");
    }

    @Test
    final void shouldSettleOnNewerTokenWhenTwoSealFirstAtOnce() throws Exception {
        for (int round = 0; round < 20; round++) {
            FenceScope scope = new FenceScope(ELECTION, "contested-" + round);
            CountDownLatch start = new CountDownLatch(1);
            Future<Admission<Optional<FencingToken>>> older = sealOnSignal(scope, token(1), start);
            Future<Admission<Optional<FencingToken>>> newer = sealOnSignal(scope, token(2), start);
            start.countDown();
            older.get(PATIENCE_SECONDS, TimeUnit.SECONDS);

            assertThat(newer.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isInstanceOf(Admitted.class);
            assertThat(reason(guard().admit(scope, token(1), store -> "unreached")))
                    .isEqualTo(new Refusal.Stale(token(2)));
            assertThat(guard().admit(scope, token(2), store -> "reached")).isEqualTo(new Admitted<>("reached"));
        }
    }

    @Test
    final void shouldAdmitAllWhenOneLeaderWritesConcurrently() throws Exception {
        FencedResource<S> leader = FencedResource.open(guard(), SCOPE, token(1));
        List<Callable<Void>> writers = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        for (int writer = 0; writer < 4; writer++) {
            List<String> entries = new ArrayList<>();
            for (int number = 0; number < 25; number++) {
                entries.add(writer + ":" + number);
            }
            expected.addAll(entries);
            writers.add(() -> {
                for (String entry : entries) {
                    leader.write(store -> write(store, RESOURCE, entry));
                }
                return null;
            });
        }

        for (Future<Void> writer : executor.invokeAll(writers)) {
            writer.get();
        }

        assertThat(committed()).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    final void shouldCommitNothingStaleWhenNewerLeaderHasOpened() throws Exception {
        FencedResource<S> leader = FencedResource.open(guard(), SCOPE, token(1));
        for (int epoch = 2; epoch <= 4; epoch++) {
            FencedResource<S> deposed = leader;
            try (DeposedWriters writers = DeposedWriters.start(
                    "leader" + epoch, entry -> deposed.write(store -> write(store, RESOURCE, entry)))) {
                writers.awaitUnderWay();
                leader = FencedResource.open(guard(), SCOPE, token(epoch));
                List<String> firstRead = committed();
                int refused = writers.awaitRefused();

                assertThat(DeposedWriters.minus(committed(), firstRead))
                        .as("writes committed after the newer leader's open")
                        .isEmpty();
                assertThat(refused)
                        .as("writers of the deposed leader that were refused")
                        .isEqualTo(writers.threads());
            }
        }
    }

    @Test
    final void shouldReadAllAcknowledgedWritesOfOlderLeaderWhenOpened() throws Exception {
        FencedResource<S> older = FencedResource.open(guard(), SCOPE, token(1));
        try (DeposedWriters writers =
                DeposedWriters.start("older", entry -> older.write(store -> write(store, RESOURCE, entry)))) {
            writers.awaitUnderWay();
            FencedResource.open(guard(), SCOPE, token(2));
            List<String> firstRead = committed();
            writers.awaitRefused();

            assertThat(writers.acknowledgedButNotIn(firstRead))
                    .as("acknowledged writes that were not read")
                    .isEmpty();
            assertThat(firstRead).doesNotHaveDuplicates();
        }
    }

    @Test
    final void shouldHoldSealOrDropWriterWhenWriterIsPausedInItsWork() throws Exception {
        FencedResource<S> older = FencedResource.open(guard(), SCOPE, token(1));
        CountDownLatch paused = new CountDownLatch(1);
        CountDownLatch resume = new CountDownLatch(1);
        Future<?> writing = executor.submit(() -> older.write(store -> {
            write(store, RESOURCE, "begin");
            paused.countDown();
            resume.await();
            return write(store, RESOURCE, "end");
        }));
        assertThat(paused.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();

        Future<List<String>> sealing = executor.submit(() -> {
            FencedResource.open(guard(), SCOPE, token(2));
            return committed();
        });
        giveChance(sealing);
        resume.countDown();
        boolean acknowledged = succeeds(writing);
        List<String> firstRead = sealing.get(PATIENCE_SECONDS, TimeUnit.SECONDS);

        assertThat(firstRead).isEqualTo(acknowledged ? List.of("begin", "end") : List.of());
        assertThat(committed()).isEqualTo(firstRead);
        assertThatThrownBy(() -> older.write(store -> write(store, RESOURCE, "late")))
                .isInstanceOf(StaleTokenException.class);
    }

    @Test
    final void shouldSayThatFirstTryMayHaveLandedWhenRetryIsFenced() throws Exception {
        FencedResource<S> older = FencedResource.open(guard(), SCOPE, token(1));
        older.write(store -> write(store, RESOURCE, "settled")); // its reply is lost, so the leader tries again
        FencedResource.open(guard(), SCOPE, token(2));

        assertThatThrownBy(() -> older.write(store -> write(store, RESOURCE, "settled")))
                .isInstanceOfSatisfying(StaleTokenException.class, fenced -> assertThat(fenced.highest())
                        .contains(token(2)))
                .hasMessageContaining("FENCED")
                .hasMessageContaining("the first try landed and then somebody took over");
        assertThat(committed()).containsExactly("settled");
    }

    private static FencingToken token(long epoch) {
        return new FencingToken(AUTHORITY, ELECTION, 0, epoch);
    }

    private static <T> Refused<T> refused(Refusal refusal) {
        return new Refused<>(refusal);
    }

    private static Refusal reason(Admission<?> admission) {
        assertThat(admission).isInstanceOf(Refused.class);
        return ((Refused<?>) admission).refusal();
    }

    private Future<Admission<Optional<FencingToken>>> sealOnSignal(
            FenceScope scope, FencingToken token, CountDownLatch start) {
        return executor.submit(() -> {
            start.await();
            return guard().seal(scope, token);
        });
    }

    private static void giveChance(Future<?> future) throws Exception {
        try {
            future.get(CHANCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException waiting) {
            // The seal waits for the writer, as it may.
        }
    }

    private static boolean succeeds(Future<?> writing) throws Exception {
        try {
            writing.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException refused) {
            return false;
        }
    }

    private MarkGuardHarness<S> harness() {
        if (opened == null) {
            throw new IllegalStateException("The harness is not open");
        }
        return opened;
    }

    private FencingGuard<S> guard() {
        return harness().guard();
    }

    private Admission<Optional<FencingToken>> seal(FencingToken token) {
        return guard().seal(SCOPE, token);
    }

    private Admission<String> append(@Nullable FencingToken token, String entry) throws Exception {
        return guard().admit(SCOPE, token, store -> write(store, RESOURCE, entry));
    }

    private String write(S store, String resource, String entry) throws Exception {
        harness().append(store, resource, entry);
        return entry;
    }

    private List<String> committed() throws Exception {
        return harness().committed(RESOURCE);
    }
}
