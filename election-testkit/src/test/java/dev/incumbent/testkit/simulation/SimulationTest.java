package dev.incumbent.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.incumbent.testkit.simulation.ElectionRun.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Elections under many seeds: S1 to S6 at every step, and order once the faults stop.
 *
 * <p>{@code -Dsimulation.seeds=N} says how many, {@code -Dsimulation.seed=X} runs one and shows what it did.
 */
@Isolated("it computes, on all cores")
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

    /** What runs came to, added up. */
    private record Total(int terms, int couldFail, long written, long lost, long slowest) {

        static Total of(Result result) {
            if (result.violation().isPresent()) {
                fail(result.report());
            }
            int couldFail = result.lost() > 0 ? 1 : 0;
            return new Total(result.terms(), couldFail, result.written(), result.lost(), result.settledAfter());
        }

        Total plus(Total other) {
            return new Total(
                    terms + other.terms,
                    couldFail + other.couldFail,
                    written + other.written,
                    lost + other.lost,
                    Math.max(slowest, other.slowest));
        }
    }

    private static void run(long first, int seeds) {
        // A run keeps to its thread and shares nothing with others.
        Total total = LongStream.range(first, first + seeds)
                .parallel()
                .mapToObj(seed -> Total.of(ElectionRun.run(seed, Wiring.SOUND)))
                .reduce(new Total(0, 0, 0, 0, 0), Total::plus);
        System.out.printf(
                "%d simulated runs: %d terms, %d fenced writes; the unfenced twin lost %d writes in %d runs;"
                        + " slowest to settle: %.1f s%n",
                seeds, total.terms, total.written, total.lost, total.couldFail, total.slowest / 1e9);
        // Runs in which nothing could go wrong prove nothing.
        assertThat(total.terms).isGreaterThan(3 * seeds);
        if (seeds >= 100) {
            assertThat(total.couldFail).isGreaterThan(seeds / 10);
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
