package dev.incumbent.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Counts what campaigns, handoffs and many elections at once cost Consul servers, by proxies before them. */
final class ConsulCounts implements AutoCloseable {

    private static final Duration QUIET = Duration.ofMillis(500);

    private final Settings settings;
    private final List<CountingProxy> proxies;

    ConsulCounts(Settings settings, List<String> endpoints) {
        this.settings = settings;
        this.proxies = endpoints.stream().map(CountingProxy::new).toList();
    }

    /** Where a client is counted. */
    List<String> endpoints() {
        return proxies.stream().map(CountingProxy::url).toList();
    }

    /** Opens clients of its own and closes them. */
    Map<String, String> run(Recipe recipe) {
        Map<String, String> facts = new LinkedHashMap<>();
        int most = settings.waiters().stream().mapToInt(Integer::intValue).max().orElse(0) + 1;
        List<Candidate> candidates = new ArrayList<>();
        try {
            for (int i = 0; i < most; i++) {
                candidates.add(recipe.open(proxies.get(i % proxies.size()).url(), i));
            }
            campaign(candidates.get(0), "counted-alone");
            facts.put(
                    "requests: " + LatencyRun.campaignOnExistingPath(recipe),
                    campaign(candidates.get(0), "counted-alone"));
            for (int waiters : settings.waiters()) {
                HandoffQueue queue =
                        new HandoffQueue("counted-queue-of-" + waiters, candidates.subList(0, waiters + 1));
                queue.handOff();
                queue.refill();
                Map<String, Long> before = settled();
                queue.handOff();
                facts.put("requests: " + LatencyRun.handoff(recipe, waiters), since(before));
                queue.refill();
                queue.dissolve();
            }
        } finally {
            candidates.forEach(Candidate::close);
        }
        return facts;
    }

    private String campaign(Candidate candidate, String election) {
        Map<String, Long> before = settled();
        Candidate.Standing standing = candidate.stand(election);
        standing.elected().await();
        String cost = since(before);
        standing.resign();
        standing.awaitGone();
        return cost;
    }

    /** By kind, once no more come. */
    Map<String, Long> settled() {
        return Patience.untilQuiet(QUIET, () -> {
            Map<String, Long> all = new TreeMap<>();
            proxies.forEach(proxy -> proxy.counts().forEach((kind, count) -> all.merge(kind, count, Long::sum)));
            return all;
        });
    }

    private String since(Map<String, Long> before) {
        return "requests " + Rest.since(before, settled());
    }

    @Override
    public void close() {
        proxies.forEach(CountingProxy::close);
    }
}
