package dev.incumbent.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The figures of one run, as tables for people and as JSON. */
final class Report {

    /**
     * What was measured on one ensemble.
     *
     * @param title what it is
     * @param nodes its size
     * @param latencies by operation
     * @param bills by operation
     * @param facts what else was counted, in words
     */
    record Ensemble(
            String title,
            int nodes,
            Map<String, Samples> latencies,
            Map<String, CostRun.Bill> bills,
            Map<String, String> facts) {

        private Samples limit(String operation) {
            String name = operation.contains("handoff") ? Limits.HAND : Limits.WRITE;
            Samples limit = latencies.get(name);
            if (limit == null) {
                throw new IllegalStateException("not measured: " + name);
            }
            return limit;
        }
    }

    private final Map<String, String> circumstances;
    private final List<Ensemble> ensembles;

    Report(Map<String, String> circumstances, List<Ensemble> ensembles) {
        this.circumstances = circumstances;
        this.ensembles = List.copyOf(ensembles);
    }

    /** Prints the tables and writes all figures to a file. */
    void publish(Path json) throws IOException {
        System.out.println(text());
        Path parent = json.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        Files.writeString(json, json(), StandardCharsets.UTF_8);
    }

    String text() {
        StringBuilder text = new StringBuilder();
        circumstances.forEach(
                (name, value) -> text.append(name).append(": ").append(value).append('\n'));
        for (Ensemble ensemble : ensembles) {
            text.append('\n')
                    .append(ensemble.title)
                    .append(", ")
                    .append(ensemble.nodes)
                    .append(ensemble.nodes == 1 ? " node\n\n" : " nodes\n\n");
            text.append("| operation | median ms | p99 ms | medians of rounds, ms | ratio | ratios of rounds |\n")
                    .append("|---|---|---|---|---|---|\n");
            ensemble.latencies.forEach((name, samples) -> text.append(latency(ensemble, name, samples)));
            if (!ensemble.facts.isEmpty()) {
                text.append("\n| what | counted |\n|---|---|\n");
                ensemble.facts.forEach((what, counted) -> text.append(format("| %s | %s |%n", what, counted)));
            }
            if (ensemble.bills.isEmpty()) {
                continue;
            }
            text.append("\n| operation | writes | requests | of them by the new leader | notifications |")
                    .append(" round trips to office | same in |\n|---|---|---|---|---|---|---|\n");
            ensemble.bills.forEach((name, bill) -> text.append(bill(name, bill)));
        }
        return text.toString();
    }

    /** An ensemble's figures in a few words each, to stand beside another's. */
    static Map<String, String> column(Ensemble ensemble) {
        Map<String, String> column = new LinkedHashMap<>();
        ensemble.latencies.forEach((name, samples) -> column.put(name, brief(ensemble, name, samples)));
        ensemble.bills.forEach((name, bill) -> column.put(
                "requests: " + name,
                requests(bill.usual().cost().requests()) + "; notifications: "
                        + bill.usual().cost().notifications()));
        column.putAll(ensemble.facts);
        return column;
    }

    private static String brief(Ensemble ensemble, String name, Samples samples) {
        if (name.startsWith("raw")) {
            return format("%.2f ms", millis(samples.median()));
        }
        return format("%.2f %s", samples.ratioTo(ensemble.limit(name)).median(), name.contains("handoff") ? "H" : "W");
    }

    private static String latency(Ensemble ensemble, String name, Samples samples) {
        Samples.Range rounds = Samples.Range.of(samples.roundMedians()).map(Report::millis);
        Samples.Range ratios = samples.ratioTo(ensemble.limit(name));
        String unit = name.contains("handoff") ? "H" : "W";
        return format(
                "| %s | %.2f | %.2f | %.2f .. %.2f | %.2f %s | %.2f .. %.2f |%n",
                name,
                millis(samples.median()),
                millis(samples.quantile(0.99)),
                rounds.least(),
                rounds.greatest(),
                ratios.median(),
                unit,
                ratios.least(),
                ratios.greatest());
    }

    private static String bill(String name, CostRun.Bill bill) {
        Cost cost = bill.usual().cost();
        return format(
                "| %s | %d | %s | %s | %d | %d | %d of %d |%n",
                name,
                cost.writes(),
                requests(cost.requests()),
                requests(cost.heirRequests()),
                cost.notifications(),
                bill.roundTrips(),
                bill.usual().times(),
                bill.usual().of());
    }

    private static String requests(Map<String, Long> requests) {
        if (requests.isEmpty()) {
            return "0";
        }
        return Cost.total(requests) + ": "
                + requests.entrySet().stream()
                        .map(entry -> (entry.getValue() == 1 ? "" : entry.getValue() + " ") + entry.getKey())
                        .collect(Collectors.joining(", "));
    }

    String json() {
        List<String> parts = new ArrayList<>();
        for (Ensemble ensemble : ensembles) {
            String latencies = ensemble.latencies.entrySet().stream()
                    .map(entry -> latencyJson(ensemble, entry.getKey(), entry.getValue()))
                    .collect(Collectors.joining(",\n", "[\n", "]"));
            String bills = ensemble.bills.entrySet().stream()
                    .map(entry -> billJson(entry.getKey(), entry.getValue()))
                    .collect(Collectors.joining(",\n", "[\n", "]"));
            parts.add(format(
                    "{\"servers\": %s, \"nodes\": %d, \"latencies\": %s, \"costs\": %s, \"facts\": %s}",
                    quoted(ensemble.title), ensemble.nodes, latencies, bills, stringsJson(ensemble.facts)));
        }
        return "{\"run\": " + stringsJson(circumstances) + ",\n\"ensembles\": [" + String.join(",\n", parts) + "]}\n";
    }

    private static String latencyJson(Ensemble ensemble, String name, Samples samples) {
        Samples.Range ratios = samples.ratioTo(ensemble.limit(name));
        String rounds = samples.roundMedians().stream()
                .map(median -> format("%.4f", millis(median)))
                .collect(Collectors.joining(", ", "[", "]"));
        return format(
                "  {\"operation\": %s, \"samples\": %d, \"medianMillis\": %.4f, \"p99Millis\": %.4f,"
                        + " \"roundMedianMillis\": %s, \"ratioTo\": %s, \"ratio\": %.3f,"
                        + " \"ratioLeast\": %.3f, \"ratioGreatest\": %.3f}",
                quoted(name),
                samples.size(),
                millis(samples.median()),
                millis(samples.quantile(0.99)),
                rounds,
                name.contains("handoff") ? "\"H\"" : "\"W\"",
                ratios.median(),
                ratios.least(),
                ratios.greatest());
    }

    private static String billJson(String name, CostRun.Bill bill) {
        Cost cost = bill.usual().cost();
        return format(
                "  {\"operation\": %s, \"writes\": %d, \"requests\": %s, \"newLeaderRequests\": %s,"
                        + " \"notifications\": %d, \"roundTrips\": %d, \"sameIn\": %d, \"of\": %d}",
                quoted(name),
                cost.writes(),
                numbersJson(cost.requests()),
                numbersJson(cost.heirRequests()),
                cost.notifications(),
                bill.roundTrips(),
                bill.usual().times(),
                bill.usual().of());
    }

    private static String numbersJson(Map<String, Long> values) {
        return values.entrySet().stream()
                .map(entry -> quoted(entry.getKey()) + ": " + entry.getValue())
                .collect(Collectors.joining(", ", "{", "}"));
    }

    private static String stringsJson(Map<String, String> values) {
        return values.entrySet().stream()
                .map(entry -> quoted(entry.getKey()) + ": " + quoted(entry.getValue()))
                .collect(Collectors.joining(", ", "{", "}"));
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private static double millis(double nanos) {
        return nanos / 1e6;
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
