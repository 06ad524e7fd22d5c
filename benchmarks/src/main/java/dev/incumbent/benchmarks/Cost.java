package dev.incumbent.benchmarks;

import dev.incumbent.embedded.zookeeper.RequestCounts;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What the servers saw of one campaign or one handoff, until nothing more came. Pings are left out: they depend on time.
 *
 * @param writes committed transactions, by the difference of the servers' transaction numbers
 * @param requests of all clients, by operation
 * @param heirRequests of the client that took office, by operation
 * @param notifications watch events to all clients
 */
record Cost(long writes, Map<String, Long> requests, Map<String, Long> heirRequests, long notifications) {

    static Cost of(long writes, RequestCounts all, RequestCounts heir) {
        return new Cost(writes, withoutPings(all), withoutPings(heir), all.notifications());
    }

    private static Map<String, Long> withoutPings(RequestCounts counts) {
        Map<String, Long> requests = new TreeMap<>(counts.requests());
        requests.remove("ping");
        return requests;
    }

    static long total(Map<String, Long> requests) {
        return requests.values().stream().mapToLong(Long::longValue).sum();
    }

    /** The cost seen most often. */
    static Usual usual(List<Cost> costs) {
        Map<Cost, Long> times =
                costs.stream().collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        Map.Entry<Cost, Long> most = times.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .orElseThrow(() -> new IllegalArgumentException("nothing was counted"));
        return new Usual(most.getKey(), most.getValue().intValue(), costs.size());
    }

    /**
     * A cost and how often it was exactly this.
     *
     * @param cost the cost
     * @param times how often
     * @param of out of how many
     */
    record Usual(Cost cost, int times, int of) {}
}
