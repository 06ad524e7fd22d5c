package dev.incumbent.benchmarks;

import dev.incumbent.election.ElectionClient;
import dev.incumbent.election.Leadership;
import dev.incumbent.testkit.memory.InMemoryElections;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.util.Statistics;

/**
 * What it costs to ask a leader whether it may go on, beside the two clock readings that the answer cannot do without.
 * Allocation must be 0 B per call.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 7, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class ValidityBenchmark {

    private static final int PASSES = 7;
    private static final String QUESTION = "isValid";
    private static final String ALLOCATION = "gc.alloc.rate.norm";

    private final InMemoryElections elections = InMemoryElections.create();
    private final ElectionClient client =
            elections.client().leaseTtl(Duration.ofMinutes(10)).build();

    @SuppressWarnings("NullAway.Init") // JMH calls the setup first
    private Leadership leadership;

    /**
     * Takes office.
     *
     * @throws InterruptedException if interrupted
     */
    @Setup
    public void takeOffice() throws InterruptedException {
        leadership = client.election("benchmark")
                .campaign()
                .awaitLeadership(Duration.ofSeconds(30))
                .orElseThrow();
    }

    /** Leaves. A benchmark of a leader that lost its office meanwhile would have measured something else. */
    @TearDown
    public void leave() {
        if (!leadership.isValid()) {
            throw new IllegalStateException("lost the office: " + leadership.revocation());
        }
        client.close();
        elections.close();
    }

    /**
     * The question.
     *
     * @return true
     */
    @Benchmark
    public boolean isValid() {
        return leadership.isValid();
    }

    /**
     * The least.
     *
     * @param sink where the readings go
     */
    @Benchmark
    public void twoClockReads(Blackhole sink) {
        sink.consume(System.nanoTime());
        sink.consume(System.currentTimeMillis());
    }

    /**
     * Runs both in turn, several times, with allocation counted, and prints the ratio. What others do on the machine only
     * ever makes an iteration longer, so the shortest ones are compared, besides the medians of each pass.
     *
     * @param arguments none
     * @throws RunnerException if JMH cannot run
     */
    public static void main(String[] arguments) throws RunnerException {
        Runner runner = new Runner(new OptionsBuilder()
                .include(ValidityBenchmark.class.getName())
                .addProfiler(GCProfiler.class)
                .build());
        List<RunResult> questions = new ArrayList<>();
        List<RunResult> limits = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        for (int pass = 0; pass < PASSES; pass++) {
            for (RunResult result : runner.run()) {
                (result.getPrimaryResult().getLabel().equals(QUESTION) ? questions : limits).add(result);
            }
            ratios.add(nanos(questions.get(pass)).getPercentile(50)
                    / nanos(limits.get(pass)).getPercentile(50));
        }
        double question = least(questions);
        double limit = least(limits);
        Samples.Range passes = Samples.Range.of(ratios);
        System.out.printf(
                Locale.ROOT,
                "isValid() %.1f ns, two clock reads %.1f ns: ratio %.2f (medians of passes: %.2f, %.2f .. %.2f);"
                        + " allocated a call: %.3f B and %.3f B%n",
                question,
                limit,
                question / limit,
                passes.median(),
                passes.least(),
                passes.greatest(),
                leastAllocation(questions),
                leastAllocation(limits));
    }

    private static Statistics nanos(RunResult result) {
        return result.getPrimaryResult().getStatistics();
    }

    private static double least(List<RunResult> results) {
        return results.stream()
                .mapToDouble(result -> nanos(result).getMin())
                .min()
                .orElseThrow();
    }

    /** JMH itself allocates a little in the same time, so this is above zero even where nothing is measured. */
    private static double leastAllocation(List<RunResult> results) {
        return results.stream()
                .mapToDouble(result -> Objects.requireNonNull(
                                result.getSecondaryResults().get(ALLOCATION), ALLOCATION)
                        .getScore())
                .min()
                .orElseThrow();
    }
}
