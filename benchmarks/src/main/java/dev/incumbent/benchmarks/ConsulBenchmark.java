package dev.incumbent.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Times and counts campaigns and handoffs of this project beside raw requests, on one Consul that forces every write to disk, in
 * one run. See {@code docs/performance.md}.
 */
public final class ConsulBenchmark {

    /** So long that no renewal falls into a measurement. */
    static final Duration TTL = Duration.ofMinutes(15);

    private final Settings settings;

    private ConsulBenchmark(Settings settings) {
        this.settings = settings;
    }

    /**
     * Runs.
     *
     * @param arguments {@code name=value}: server (real, embedded, or a series such as 1.8), nodes, waiters, elections, warmup,
     *     rounds, samples, seed, directory, json
     * @throws IOException if the figures cannot be written
     */
    public static void main(String[] arguments) throws IOException {
        new ConsulBenchmark(Settings.parse(arguments)).run();
        System.exit(0); // HTTP clients leave threads behind
    }

    private void run() throws IOException {
        Files.createDirectories(settings.directory());
        List<Report.Ensemble> ensembles = new ArrayList<>();
        for (int nodes : settings.nodes()) {
            ensembles.add(measure(settings, nodes));
        }
        new Report(Circumstances.of(settings), ensembles).publish(settings.json());
    }

    static Report.Ensemble measure(Settings settings, int nodes) throws IOException {
        Path directory = Files.createTempDirectory(settings.directory(), "consul-" + nodes + "-");
        try (ConsulServers consul = ConsulServers.start(settings.server(), nodes, directory);
                ConsulCounts counts = ConsulCounts.before(settings, consul.endpoints())) {
            Recipe recipe = IncumbentRecipe.consul(TTL);
            Map<String, String> facts = new LinkedHashMap<>(counts.run(recipe));
            Map<String, Samples> latencies;
            try (LatencyRun timing =
                    new LatencyRun(settings, consul.endpoints(), new ConsulLimits(consul.endpoints()))) {
                timing.add(recipe);
                latencies = timing.run();
                facts.putAll(timing.failures());
            }
            double write = latencies.getOrDefault(Limits.WRITE, new Samples()).median();
            Recipe crowded = IncumbentRecipe.consul(Rest.LEASE);
            facts.putAll(new Crowd(settings.elections(), crowded, consul.endpoints()).run(write, null));
            facts.put(
                    recipe.name() + ", " + settings.elections() + " elections: at rest",
                    new Crowd(settings.elections(), crowded, counts.endpoints())
                            .atRest(() -> Rest.watch(counts::settled)));
            facts.put(Crash.FACT, new Crash("consul", consul.endpoints(), Crash.TTL).run());
            return new Report.Ensemble(consul.title(), nodes, latencies, Map.of(), facts);
        } finally {
            Circumstances.delete(directory);
        }
    }
}
