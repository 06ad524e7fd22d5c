package dev.incumbent.benchmarks;

import dev.incumbent.embedded.zookeeper.EmbeddedZooKeeper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Times and counts campaigns and handoffs of this project and of Curator's LeaderLatch beside raw requests, on one real
 * ZooKeeper ensemble that forces every transaction to disk, in one run. See {@code docs/performance.md}.
 */
public final class ElectionBenchmark {

    /** So long that no renewal falls into a measurement. */
    static final Duration SESSION_TIMEOUT = Duration.ofMinutes(15);

    private final Settings settings;

    private ElectionBenchmark(Settings settings) {
        this.settings = settings;
    }

    /**
     * Runs.
     *
     * @param arguments {@code name=value}: nodes, waiters, warmup, rounds, samples, counts, seed, directory, json
     * @throws IOException if the figures cannot be written
     */
    public static void main(String[] arguments) throws IOException {
        // An empty election's container must not be swept away between two campaigns on an "existing path".
        System.setProperty("znode.container.checkIntervalMs", "86400000");
        new ElectionBenchmark(Settings.parse(arguments)).run();
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
        return measure(
                settings, nodes, List.of(IncumbentRecipe.zookeeper(SESSION_TIMEOUT), new LatchRecipe(SESSION_TIMEOUT)));
    }

    /** One ensemble for times and counts, and one of short sessions for the crash. */
    static Report.Ensemble measure(Settings settings, int nodes, List<Recipe> recipes) throws IOException {
        Path directory = Files.createTempDirectory(settings.directory(), nodes + "-nodes-");
        Map<String, String> facts = new LinkedHashMap<>();
        Map<String, CostRun.Bill> bills = new LinkedHashMap<>();
        Map<String, Samples> latencies;
        try (EmbeddedZooKeeper zk = EmbeddedZooKeeper.builder()
                .nodes(nodes)
                .durable(true)
                .tickTime(Duration.ofSeconds(2))
                .sessionTimeouts(Duration.ofSeconds(4), SESSION_TIMEOUT)
                .directory(directory.resolve("durable"))
                .start()) {
            CostRun counting = new CostRun(settings, zk);
            recipes.forEach(recipe -> bills.putAll(counting.run(recipe)));
            List<String> servers =
                    zk.nodes().stream().map(zk::directConnectString).toList();
            try (LatencyRun timing = new LatencyRun(settings, servers, new ZooKeeperLimits(servers, SESSION_TIMEOUT))) {
                recipes.forEach(timing::add);
                latencies = timing.run();
                facts.putAll(timing.failures());
            }
            double write = latencies.getOrDefault(Limits.WRITE, new Samples()).median();
            facts.putAll(new Crowd(
                            settings.elections(), IncumbentRecipe.zookeeper(Rest.LEASE), List.of(zk.connectString()))
                    .run(write, () -> Rest.watch(() -> zk.requestCounts().requests())));
        }
        facts.put(Crash.FACT, crash(nodes, directory.resolve("quick")));
        Circumstances.delete(directory);
        return new Report.Ensemble("ZooKeeper", nodes, latencies, bills, facts);
    }

    private static String crash(int nodes, Path directory) {
        try (EmbeddedZooKeeper zk = EmbeddedZooKeeper.builder()
                .nodes(nodes)
                .tickTime(IncumbentRecipe.QUICK_TICK)
                .directory(directory)
                .start()) {
            List<String> servers =
                    zk.nodes().stream().map(zk::directConnectString).toList();
            return new Crash("zookeeper", servers, Crash.TTL).run();
        }
    }
}
