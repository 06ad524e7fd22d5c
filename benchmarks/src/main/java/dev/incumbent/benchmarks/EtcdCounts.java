package dev.incumbent.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Counts what campaigns, handoffs and many elections at once cost real etcd servers, by their own metrics. */
final class EtcdCounts {

    private static final Duration QUIET = Duration.ofMillis(300);

    private final Settings settings;
    private final List<String> endpoints;
    private final EtcdMetrics metrics;

    EtcdCounts(Settings settings, List<String> endpoints) {
        this.settings = settings;
        this.endpoints = List.copyOf(endpoints);
        this.metrics = new EtcdMetrics(endpoints);
    }

    /** Opens clients of its own and closes them. */
    Map<String, String> run(Recipe recipe) {
        Map<String, String> facts = new LinkedHashMap<>();
        int most = settings.waiters().stream().mapToInt(Integer::intValue).max().orElse(0) + 1;
        List<Candidate> candidates = new ArrayList<>();
        try {
            for (int i = 0; i < most; i++) {
                candidates.add(recipe.open(endpoints.get(i % endpoints.size()), i));
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
                EtcdMetrics.Reading before = settled();
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
        EtcdMetrics.Reading before = settled();
        Candidate.Standing standing = candidate.stand(election);
        standing.elected().await();
        String cost = since(before);
        standing.resign();
        standing.awaitGone();
        return cost;
    }

    EtcdMetrics.Reading settled() {
        return Patience.untilQuiet(QUIET, metrics::read);
    }

    private String since(EtcdMetrics.Reading before) {
        return settled().since(before).text();
    }
}
