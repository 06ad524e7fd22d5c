package dev.incumbent.testkit.fencing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.incumbent.fencing.Admission;
import dev.incumbent.fencing.Admission.Admitted;
import dev.incumbent.fencing.Admission.Refused;
import dev.incumbent.fencing.FencedResource;
import dev.incumbent.fencing.FencingToken;
import dev.incumbent.fencing.Refusal;
import dev.incumbent.fencing.StaleTokenException;
import dev.incumbent.testkit.fencing.OwnEntryGuardHarness.Entry;
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
 * The contract of a guard inside the coordinator (guarantee S3): a write passes only while the writer's own entry
 * stands. There is no mark, so a refusal cannot name the highest token.
 *
 * <p>That is enough because only leaders write, and a leader's successor leads only after the leader's entry is gone;
 * such a guard does not tell a leader from a candidate that waits.
 *
 * <p>Extend it, and give it a harness over an empty election for each test.
 *
 * @param <S> how work reaches the store
 */
@Timeout(90)
public abstract class OwnEntryGuardContractTest<S> {

    /** How long a broken guard gets to let a removal pass a write in progress. */
    private static final long CHANCE_MILLIS = 250;

    private static final long PATIENCE_SECONDS = 30;
    private static final Refusal STALE_UNNAMED = new Refusal.Stale(null);

    private @Nullable OwnEntryGuardHarness<S> opened;
    private final ExecutorService executor = Executors.newCachedThreadPool();

    /** For subclasses. */
    protected OwnEntryGuardContractTest() {}

    /** Returns a new, empty election behind guards of the kind under test. */
    protected abstract OwnEntryGuardHarness<S> openHarness() throws Exception;

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
    final void shouldAdmitEveryWriteWhileOwnEntryStands() throws Exception {
        Entry<S> entry = harness().enter("a");

        assertThat(entry.guard().seal(harness().scope(), entry.token())).isEqualTo(new Admitted<>(Optional.empty()));
        assertThat(append(entry, entry.token(), "first")).isInstanceOf(Admitted.class);
        assertThat(append(entry, entry.token(), "second")).isInstanceOf(Admitted.class);

        assertThat(harness().committed()).containsExactly("first", "second");
    }

    @Test
    final void shouldAdmitWritesWhenOthersWaitBehind() throws Exception {
        Entry<S> entry = harness().enter("a");
        harness().enter("b");

        assertThat(append(entry, entry.token(), "leading")).isInstanceOf(Admitted.class);
        assertThat(harness().committed()).containsExactly("leading");
    }

    @Test
    final void shouldRefuseWithoutNamingHighestWhenOwnEntryIsGone() throws Exception {
        Entry<S> entry = harness().enter("a");
        Entry<S> successor = harness().enter("b");
        harness().remove(entry);

        assertThat(append(entry, entry.token(), "late")).isEqualTo(new Refused<>(STALE_UNNAMED));
        assertThat(append(successor, successor.token(), "new leader")).isInstanceOf(Admitted.class);
        assertThat(harness().committed()).containsExactly("new leader");
    }

    @Test
    final void shouldRefuseToOpenWhenOwnEntryIsGone() throws Exception {
        Entry<S> entry = harness().enter("a");
        harness().remove(entry);

        assertThat(entry.guard().seal(harness().scope(), entry.token())).isEqualTo(new Refused<>(STALE_UNNAMED));
    }

    @Test
    final void shouldRefuseOldTokenWhenSameCandidateEntersAgain() throws Exception {
        Entry<S> first = harness().enter("a");
        harness().remove(first);
        Entry<S> second = harness().enter("a");

        assertThat(second.token().isNewerThan(first.token())).isTrue();
        assertThat(append(first, first.token(), "of the first term")).isEqualTo(new Refused<>(STALE_UNNAMED));
        assertThat(append(second, first.token(), "old token, new guard")).isInstanceOf(Refused.class);
        assertThat(append(second, second.token(), "of the second term")).isInstanceOf(Admitted.class);
        assertThat(harness().committed()).containsExactly("of the second term");
    }

    @Test
    final void shouldRefuseWhenTokenIsMissing() throws Exception {
        Entry<S> entry = harness().enter("a");

        assertThat(append(entry, null, "tokenless")).isEqualTo(new Refused<>(new Refusal.Missing()));
        assertThat(harness().committed()).isEmpty();
    }

    @Test
    final void shouldRefuseWhenTokenIsForeign() throws Exception {
        Entry<S> entry = harness().enter("a");
        FencingToken own = entry.token();
        FencingToken authority = new FencingToken(new UUID(9, 9), own.election(), own.generation(), own.epoch());
        FencingToken election =
                new FencingToken(own.authority(), own.election() + "-other", own.generation(), own.epoch());

        for (FencingToken foreign : List.of(authority, election)) {
            assertThat(reason(entry.guard().seal(harness().scope(), foreign))).isInstanceOf(Refusal.Foreign.class);
            assertThat(reason(append(entry, foreign, "foreign"))).isInstanceOf(Refusal.Foreign.class);
        }
        assertThat(harness().committed()).isEmpty();
    }

    @Test
    final void shouldRefuseWhenTokenWasMadeUp() throws Exception {
        Entry<S> entry = harness().enter("a");
        FencingToken own = entry.token();
        FencingToken madeUp = new FencingToken(own.authority(), own.election(), own.generation(), own.epoch() + 1_000);

        assertThat(append(entry, madeUp, "forged")).isInstanceOf(Refused.class);
        assertThat(harness().committed()).isEmpty();
    }

    @Test
    final void shouldAdmitAllWhenOneLeaderWritesConcurrently() throws Exception {
        FencedResource<S> leader = lead(harness().enter("a"));
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
                    leader.write(store -> write(store, entry));
                }
                return null;
            });
        }

        for (Future<Void> writer : executor.invokeAll(writers)) {
            writer.get();
        }

        assertThat(harness().committed()).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    final void shouldCommitNothingMoreWhenOwnEntryIsGone() throws Exception {
        for (String candidate : List.of("a", "b", "a")) {
            Entry<S> entry = harness().enter(candidate);
            FencedResource<S> leader = lead(entry);
            try (DeposedWriters writers =
                    DeposedWriters.start(entry.token().toString(), text -> leader.write(store -> write(store, text)))) {
                writers.awaitUnderWay();
                harness().remove(entry);
                List<String> firstRead = harness().committed();
                int refused = writers.awaitRefused();

                List<String> all = harness().committed();
                assertThat(all.subList(firstRead.size(), all.size()))
                        .as("writes committed after the entry was gone")
                        .isEmpty();
                assertThat(refused).as("writers that were refused").isEqualTo(writers.threads());
                assertThat(writers.acknowledgedButNotIn(firstRead))
                        .as("acknowledged writes that were not read")
                        .isEmpty();
            }
        }
    }

    @Test
    final void shouldHoldRemovalOrDropWriterWhenWriterIsPausedInItsWork() throws Exception {
        Entry<S> entry = harness().enter("a");
        FencedResource<S> leader = lead(entry);
        CountDownLatch paused = new CountDownLatch(1);
        CountDownLatch resume = new CountDownLatch(1);
        Future<?> writing = executor.submit(() -> leader.write(store -> {
            write(store, "begin");
            paused.countDown();
            resume.await();
            return write(store, "end");
        }));
        assertThat(paused.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();

        Future<List<String>> removing = executor.submit(() -> {
            harness().remove(entry);
            return harness().committed();
        });
        giveChance(removing);
        resume.countDown();
        boolean acknowledged = succeeds(writing);
        List<String> firstRead = removing.get(PATIENCE_SECONDS, TimeUnit.SECONDS);

        assertThat(firstRead).isEqualTo(acknowledged ? List.of("begin", "end") : List.of());
        assertThat(harness().committed()).isEqualTo(firstRead);
    }

    @Test
    final void shouldSayThatFirstTryMayHaveLandedWhenRetryIsFenced() throws Exception {
        Entry<S> entry = harness().enter("a");
        FencedResource<S> leader = lead(entry);
        leader.write(store -> write(store, "settled")); // its reply is lost, so the leader tries again
        harness().remove(entry);

        assertThatThrownBy(() -> leader.write(store -> write(store, "settled")))
                .isInstanceOfSatisfying(StaleTokenException.class, fenced -> assertThat(fenced.highest())
                        .isEmpty())
                .hasMessageContaining("the first try landed and then somebody took over");
        assertThat(harness().committed()).containsExactly("settled");
    }

    private FencedResource<S> lead(Entry<S> entry) {
        return FencedResource.open(entry.guard(), harness().scope(), entry.token());
    }

    private static Refusal reason(Admission<?> admission) {
        assertThat(admission).isInstanceOf(Refused.class);
        return ((Refused<?>) admission).refusal();
    }

    private static void giveChance(Future<?> future) throws Exception {
        try {
            future.get(CHANCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException waiting) {
            // The removal waits for the writer, as it may.
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

    private OwnEntryGuardHarness<S> harness() {
        if (opened == null) {
            throw new IllegalStateException("The harness is not open");
        }
        return opened;
    }

    private Admission<String> append(Entry<S> entry, @Nullable FencingToken token, String text) throws Exception {
        return entry.guard().admit(harness().scope(), token, store -> write(store, text));
    }

    private String write(S store, String entry) throws Exception {
        harness().append(store, entry);
        return entry;
    }
}
