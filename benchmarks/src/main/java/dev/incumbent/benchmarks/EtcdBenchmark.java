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
 * Times and counts campaigns and handoffs of this project and of jetcd's Election beside raw requests, on one etcd that forces
 * every write to disk, in one run. See {@code docs/performance.md}.
 */
public final class EtcdBenchmark {

    /** So long that no renewal falls into a measurement. */
    static final Duration LEASE = Duration.ofMinutes(15);

    private final Settings settings;

    private EtcdBenchmark(Settings settings) {
        this.settings = settings;
    }

    /**
     * Runs.
     *
     * @param arguments {@code name=value}: server (real, embedded, or a series such as 3.5), nodes, waiters, elections, warmup,
     *     rounds, samples, seed, directory, json
     * @throws IOException if the figures cannot be written
     */
    public static void main(String[] arguments) throws IOException {
        new EtcdBenchmark(Settings.parse(arguments)).run();
        System.exit(0); // jetcd leaves threads behind
    }

    private void run() throws IOException {
        Files.createDirectories(settings.directory());
        List<Report.Ensemble> ensembles = new ArrayList<>();
        for (int nodes : settings.nodes()) {
            ensembles.add(measure(nodes));
        }
        new Report(Circumstances.of(settings), ensembles).publish(settings.json());
    }

    private Report.Ensemble measure(int nodes) throws IOException {
        return measure(settings, nodes, List.of(IncumbentRecipe.etcd(LEASE), new JetcdElectionRecipe(LEASE)));
    }

    static Report.Ensemble measure(Settings settings, int nodes, List<Recipe> recipes) throws IOException {
        Path directory = Files.createTempDirectory(settings.directory(), "etcd-" + nodes + "-");
        try (EtcdServers etcd = EtcdServers.start(settings.server(), nodes, directory)) {
            Map<String, String> facts = new LinkedHashMap<>();
            EtcdCounts counts = new EtcdCounts(settings, etcd.endpoints());
            if (etcd.real()) {
                recipes.forEach(recipe -> facts.putAll(counts.run(recipe)));
            }
            Map<String, Samples> latencies;
            try (LatencyRun timing = new LatencyRun(settings, etcd.endpoints(), new EtcdLimits(etcd.endpoints()))) {
                recipes.forEach(timing::add);
                latencies = timing.run();
                facts.putAll(timing.failures());
            }
            double write = latencies.getOrDefault(Limits.WRITE, new Samples()).median();
            facts.putAll(new Crowd(settings.elections(), IncumbentRecipe.etcd(Rest.LEASE), etcd.endpoints())
                    .run(
                            write,
                            () -> etcd.real()
                                    ? Rest.watch(() -> counts.settled().received())
                                    : "not counted: the embedded server has no metrics"));
            facts.put(Crash.FACT, new Crash("etcd", etcd.endpoints(), Crash.TTL).run());
            return new Report.Ensemble(etcd.title(), nodes, latencies, Map.of(), facts);
        } finally {
            Circumstances.delete(directory);
        }
    }
}
