package dev.incumbent.benchmarks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;

/**
 * Times every operation once, in an order of chance, again and again: so a slow moment of the machine hits all alike. Clients
 * connect to the servers without a proxy in between, in turn; all keep their sessions open throughout.
 */
final class LatencyRun implements AutoCloseable {

    private final Settings settings;
    private final List<String> servers;
    private final Random random;
    private final Limits limits;
    private final List<Candidate> opened = new ArrayList<>();
    private final Map<String, IntToLongFunction> operations = new LinkedHashMap<>();
    private final Map<String, Samples> samples = new LinkedHashMap<>();
    private final Map<String, String> failures = new LinkedHashMap<>();

    /** Takes the limits over: they are closed with it. */
    LatencyRun(Settings settings, List<String> servers, Limits limits) {
        this.settings = settings;
        this.servers = List.copyOf(servers);
        this.random = new Random(settings.seed());
        this.limits = limits;
        operations.putAll(limits.operations());
    }

    static String campaignOnExistingPath(Recipe recipe) {
        return recipe.name() + " campaign, existing path";
    }

    static String campaignOnNewPath(Recipe recipe) {
        return recipe.name() + " campaign, new path";
    }

    static String handoff(Recipe recipe, int waiters) {
        return recipe.name() + " handoff, " + waiters + " waiters";
    }

    /** Adds a recipe's operations. Opens one client for each candidate of the longest queue. */
    void add(Recipe recipe) {
        int most = settings.waiters().stream().mapToInt(Integer::intValue).max().orElse(0) + 1;
        List<Candidate> candidates = IntStream.range(0, Math.max(most, servers.size()))
                .mapToObj(i -> recipe.open(servers.get(i % servers.size()), i))
                .toList();
        opened.addAll(candidates);
        operations.put(campaignOnExistingPath(recipe), turn -> campaign(candidates, turn, "alone"));
        operations.put(campaignOnNewPath(recipe), turn -> campaign(candidates, turn, "new-" + turn));
        for (int waiters : settings.waiters()) {
            HandoffQueue queue = new HandoffQueue("queue-of-" + waiters, candidates.subList(0, waiters + 1));
            operations.put(handoff(recipe, waiters), turn -> {
                long nanos = queue.handOff();
                queue.refill();
                return nanos;
            });
        }
    }

    private long campaign(List<Candidate> candidates, int turn, String election) {
        Candidate candidate = candidates.get(turn % servers.size());
        long start = System.nanoTime();
        Candidate.Standing standing = candidate.stand(election);
        long nanos = standing.elected().await() - start;
        standing.resign();
        standing.awaitGone();
        return nanos;
    }

    /** Runs the rounds; those to warm up are forgotten. */
    Map<String, Samples> run() {
        operations.keySet().forEach(name -> samples.put(name, new Samples()));
        List<Map.Entry<String, IntToLongFunction>> order = new ArrayList<>(operations.entrySet());
        int turn = 0;
        for (int round = -settings.warmupRounds(); round < settings.rounds(); round++) {
            for (int i = 0; i < settings.samplesPerRound(); i++, turn++) {
                Collections.shuffle(order, random);
                for (Map.Entry<String, IntToLongFunction> operation : List.copyOf(order)) {
                    if (!once(operation, turn, round)) {
                        order.remove(operation);
                        samples.remove(operation.getKey());
                    }
                }
            }
        }
        return samples;
    }

    /** Whether it went well. One that fails is not tried again: what it left behind would disturb it. */
    private boolean once(Map.Entry<String, IntToLongFunction> operation, int turn, int round) {
        try {
            long nanos = operation.getValue().applyAsLong(turn);
            if (round >= 0) {
                samplesOf(operation.getKey()).add(round, nanos);
            }
            return true;
        } catch (IllegalStateException failure) {
            if (limits.operations().containsKey(operation.getKey())) {
                throw failure;
            }
            failures.put(operation.getKey(), "FAILED in turn " + turn + ": " + failure.getMessage());
            return false;
        }
    }

    /** What failed, by operation, after {@link #run}. */
    Map<String, String> failures() {
        return failures;
    }

    private Samples samplesOf(String name) {
        return samples.computeIfAbsent(name, unseen -> new Samples());
    }

    @Override
    public void close() {
        opened.forEach(Candidate::close);
        limits.close();
    }
}
