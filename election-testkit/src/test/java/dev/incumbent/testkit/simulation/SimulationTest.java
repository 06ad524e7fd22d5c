package dev.incumbent.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.incumbent.testkit.simulation.ElectionRun.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Elections under many seeds: S1 to S6 at every step, and order once the faults stop.
 *
 * <p>{@code -Dsimulation.seeds=N} says how many, {@code -Dsimulation.seed=X} runs one and shows what it did.
 */
class SimulationTest {

    private static final int SEEDS = 8_000;
    private static final int SOAK = 1_000_000;

    @Test
    @Timeout(value = 1, unit = TimeUnit.HOURS) // for as many seeds as are asked for
    void shouldKeepAllGuaranteesUnderEverySeed() {
        Long one = Long.getLong("simulation.seed");
        if (one != null) {
            Result result = ElectionRun.traced(one, Wiring.SOUND, 100_000);
            System.out.println(result.report());
            assertThat(result.violation()).isEmpty();
            return;
        }
        run(1, Integer.getInteger("simulation.seeds", SEEDS));
    }

    @Test
    @Tag("soak")
    @Timeout(value = 6, unit = TimeUnit.HOURS)
    void shouldKeepAllGuaranteesUnderAMillionSeeds() {
        run(1_000_000, Integer.getInteger("simulation.seeds", SOAK));
    }

    private static void run(long first, int seeds) {
        int terms = 0;
        int couldFail = 0;
        long written = 0;
        long lost = 0;
        long slowest = 0;
        for (long seed = first; seed < first + seeds; seed++) {
            Result result = ElectionRun.run(seed, Wiring.SOUND);
            if (result.violation().isPresent()) {
                fail(result.report());
            }
            terms += result.terms();
            written += result.written();
            lost += result.lost();
            couldFail += result.lost() > 0 ? 1 : 0;
            slowest = Math.max(slowest, result.settledAfter());
        }
        System.out.printf(
                "%d simulated runs: %d terms, %d fenced writes; the unfenced twin lost %d writes in %d runs;"
                        + " slowest to settle: %.1f s%n",
                seeds, terms, written, lost, couldFail, slowest / 1e9);
        // Runs in which nothing could go wrong prove nothing.
        assertThat(terms).isGreaterThan(3 * seeds);
        if (seeds >= 100) {
            assertThat(couldFail).isGreaterThan(seeds / 10);
        }
    }

    @Test
    void shouldDoTheSameUnderTheSameSeed() {
        List<Long> fingerprints = new ArrayList<>();
        for (long seed = 50; seed < 60; seed++) {
            Result first = ElectionRun.traced(seed, Wiring.SOUND, 100_000);
            Result second = ElectionRun.traced(seed, Wiring.SOUND, 100_000);
            assertThat(withoutIdentities(second.trace())).isEqualTo(withoutIdentities(first.trace()));
            assertThat(second.fingerprint()).isEqualTo(first.fingerprint());
            assertThat(ElectionRun.run(seed, Wiring.SOUND).fingerprint()).isEqualTo(first.fingerprint());
            fingerprints.add(first.fingerprint());
        }
        assertThat(fingerprints).doesNotHaveDuplicates();
    }

    /** Arrays print as their address. */
    private static List<String> withoutIdentities(List<String> trace) {
        return trace.stream()
                .map(line -> line.replaceAll("\\[B@[0-9a-f]+", "bytes"))
                .toList();
    }
}
