package dev.incumbent.benchmarks;

import dev.incumbent.election.ElectionClient;
import dev.incumbent.election.Leadership;
import dev.incumbent.testkit.memory.InMemoryElections;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
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

/**
 * What it costs to ask a leader whether it may go on, beside the two clock readings that the answer cannot do without.
 * Allocation must be 0 B per call.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class ValidityBenchmark {

    private static final String QUESTION = "isValid";
    private static final String LIMIT = "twoClockReads";

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
        leadership = client.election("benchmark").campaign().awaitLeadership();
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
     * Runs both, with allocation counted, and prints the ratio.
     *
     * @param arguments none
     * @throws RunnerException if JMH cannot run
     */
    public static void main(String[] arguments) throws RunnerException {
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include(ValidityBenchmark.class.getName())
                        .addProfiler(GCProfiler.class)
                        .build())
                .run();
        Map<String, Double> nanos = new TreeMap<>();
        for (RunResult result : results) {
            String name = result.getPrimaryResult().getLabel();
            nanos.put(name, result.getPrimaryResult().getScore());
        }
        System.out.printf(
                Locale.ROOT,
                "isValid() takes %.2f times as long as two clock reads%n",
                nanos.getOrDefault(QUESTION, Double.NaN) / nanos.getOrDefault(LIMIT, Double.NaN));
    }
}
