package dev.incumbent.benchmarks;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a run measures.
 *
 * @param server which etcd: {@code real}, {@code embedded}, or a series such as {@code 3.5}
 * @param elections in how many elections one client stands at once
 * @param nodes sizes of the ensembles, one after the other
 * @param waiters lengths of the queues behind the leader
 * @param warmupRounds rounds that are not counted
 * @param rounds rounds that are
 * @param samplesPerRound how often each operation is timed in a round
 * @param countSamples how often requests are counted
 * @param seed gives the order of the operations
 * @param directory where the servers keep their data; on a disk, or forcing to it means nothing
 * @param json where the figures go
 */
record Settings(
        String server,
        int elections,
        List<Integer> nodes,
        List<Integer> waiters,
        int warmupRounds,
        int rounds,
        int samplesPerRound,
        int countSamples,
        long seed,
        Path directory,
        Path json) {

    Settings {
        nodes = List.copyOf(nodes);
        waiters = List.copyOf(waiters);
    }

    /** Reads {@code name=value} pairs; what is not given has its default. */
    static Settings parse(String... arguments) {
        Map<String, String> given = new HashMap<>();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("expected name=value, not " + argument);
            }
            given.put(argument.substring(0, equals), argument.substring(equals + 1));
        }
        Settings settings = new Settings(
                take(given, "server", "real"),
                Integer.parseInt(take(given, "elections", "1000")),
                numbers(take(given, "nodes", "1,3")),
                numbers(take(given, "waiters", "1,2,10,100")),
                Integer.parseInt(take(given, "warmup", "3")),
                Integer.parseInt(take(given, "rounds", "12")),
                Integer.parseInt(take(given, "samples", "20")),
                Integer.parseInt(take(given, "counts", "10")),
                Long.parseLong(take(given, "seed", "1")),
                Path.of(take(given, "directory", "target/ensembles")),
                Path.of(take(given, "json", "target/elections.json")));
        if (!given.isEmpty()) {
            throw new IllegalArgumentException("unknown: " + given.keySet());
        }
        return settings;
    }

    private static String take(Map<String, String> given, String name, String otherwise) {
        String value = given.remove(name);
        return value == null ? otherwise : value;
    }

    private static List<Integer> numbers(String list) {
        return Arrays.stream(list.split(",", -1)).map(Integer::valueOf).toList();
    }
}
