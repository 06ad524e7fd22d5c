package dev.incumbent.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The three coordinators side by side, in one table. See {@code docs/performance.md}. */
public final class BackendsBenchmark {

    private BackendsBenchmark() {}

    /**
     * Runs.
     *
     * @param arguments {@code name=value}: server (real or embedded, for etcd and Consul), nodes, waiters, elections, warmup,
     *     rounds, samples, counts, seed, directory, json
     * @throws IOException if the figures cannot be written
     */
    public static void main(String[] arguments) throws IOException {
        // An empty election's container must not be swept away between two campaigns on an "existing path".
        System.setProperty("znode.container.checkIntervalMs", "86400000");
        Settings settings = Settings.parse(arguments);
        Files.createDirectories(settings.directory());
        List<Report.Ensemble> all = new ArrayList<>();
        for (int nodes : settings.nodes()) {
            List<Report.Ensemble> ensembles = List.of(
                    ElectionBenchmark.measure(
                            settings, nodes, List.of(IncumbentRecipe.zookeeper(ElectionBenchmark.SESSION_TIMEOUT))),
                    EtcdBenchmark.measure(settings, nodes, List.of(IncumbentRecipe.etcd(EtcdBenchmark.LEASE))),
                    ConsulBenchmark.measure(settings, nodes));
            System.out.println(table(ensembles));
            all.addAll(ensembles);
        }
        new Report(Circumstances.of(settings), all).publish(settings.json());
        System.exit(0); // HTTP clients leave threads behind
    }

    private static String table(List<Report.Ensemble> ensembles) {
        List<Map<String, String>> columns =
                ensembles.stream().map(Report::column).toList();
        Set<String> rows = new LinkedHashSet<>();
        columns.forEach(column -> rows.addAll(column.keySet()));
        String titles = ensembles.stream()
                .map(ensemble -> ensemble.title() + ", " + ensemble.nodes())
                .collect(Collectors.joining(" | ", "| | ", " |\n"));
        StringBuilder table = new StringBuilder(titles)
                .append("|---".repeat(ensembles.size() + 1))
                .append("|\n");
        for (String row : rows) {
            table.append(columns.stream()
                    .map(column -> column.getOrDefault(row, ""))
                    .collect(Collectors.joining(" | ", "| " + row + " | ", " |\n")));
        }
        return table.toString();
    }
}
