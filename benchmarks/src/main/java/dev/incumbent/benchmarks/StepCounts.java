package dev.incumbent.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What campaigns and handoffs cost, as a counter tells it that anybody else's requests would disturb.
 *
 * @param <R> a reading of that counter
 */
abstract class StepCounts<R> {

    private final Settings settings;
    private final List<String> endpoints;

    /** Clients connect to the endpoints in turn. */
    StepCounts(Settings settings, List<String> endpoints) {
        this.settings = settings;
        this.endpoints = List.copyOf(endpoints);
    }

    /** Reads the counter once no more requests come. */
    abstract R settled();

    /** What has been counted since a reading, in words. */
    abstract String since(R before);

    /** Opens clients of its own and closes them. */
    final Map<String, String> run(Recipe recipe) {
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
                R before = settled();
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
        R before = settled();
        Candidate.Standing standing = candidate.stand(election);
        standing.elected().await();
        String cost = since(before);
        standing.resign();
        standing.awaitGone();
        return cost;
    }
}
