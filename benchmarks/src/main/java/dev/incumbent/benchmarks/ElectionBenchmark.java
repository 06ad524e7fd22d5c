package dev.incumbent.benchmarks;

import dev.incumbent.embedded.zookeeper.EmbeddedZooKeeper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Times and counts campaigns and handoffs of this project and of Curator's LeaderLatch beside raw requests, on one real
 * ZooKeeper ensemble that forces every transaction to disk, in one run. See {@code docs/performance.md}.
 */
public final class ElectionBenchmark {

    /** So long that no renewal falls into a measurement. */
    private static final Duration SESSION_TIMEOUT = Duration.ofMinutes(15);

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
        Map<String, String> circumstances = circumstances();
        List<Report.Ensemble> ensembles = new ArrayList<>();
        for (int nodes : settings.nodes()) {
            ensembles.add(measure(nodes));
        }
        Report report = new Report(circumstances, ensembles);
        System.out.println(report.text());
        Path parent = settings.json().toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        Files.writeString(settings.json(), report.json(), StandardCharsets.UTF_8);
    }

    private Report.Ensemble measure(int nodes) throws IOException {
        Path directory = Files.createTempDirectory(settings.directory(), nodes + "-nodes-");
        List<Recipe> recipes = List.of(new IncumbentRecipe(SESSION_TIMEOUT), new LatchRecipe(SESSION_TIMEOUT));
        try (EmbeddedZooKeeper zk = EmbeddedZooKeeper.builder()
                .nodes(nodes)
                .durable(true)
                .tickTime(Duration.ofSeconds(2))
                .sessionTimeouts(Duration.ofSeconds(4), SESSION_TIMEOUT)
                .directory(directory)
                .start()) {
            Map<String, CostRun.Bill> bills = new LinkedHashMap<>();
            CostRun counting = new CostRun(settings, zk);
            recipes.forEach(recipe -> bills.putAll(counting.run(recipe)));
            try (LatencyRun timing = new LatencyRun(settings, zk, SESSION_TIMEOUT)) {
                recipes.forEach(timing::add);
                return new Report.Ensemble(nodes, timing.run(), bills);
            }
        } finally {
            delete(directory);
        }
    }

    private Map<String, String> circumstances() throws IOException {
        FileStore store = Files.getFileStore(settings.directory());
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("begun", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        facts.put("java", System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"));
        facts.put(
                "system",
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"));
        facts.put("processors", String.valueOf(Runtime.getRuntime().availableProcessors()));
        facts.put("data on", store.type());
        facts.put(
                "rounds",
                settings.rounds() + " of " + settings.samplesPerRound() + " samples, after " + settings.warmupRounds()
                        + " to warm up; seed " + settings.seed());
        return facts;
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            List<Path> deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        }
    }
}
