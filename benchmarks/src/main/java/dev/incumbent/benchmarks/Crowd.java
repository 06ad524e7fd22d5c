package dev.incumbent.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One client in many elections at once: how long until it leads all, what it holds, and how fast a second one takes over. */
final class Crowd {

    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    private final int elections;
    private final Recipe recipe;
    private final List<String> endpoints;

    Crowd(int elections, Recipe recipe, List<String> endpoints) {
        this.elections = elections;
        this.recipe = recipe;
        this.endpoints = List.copyOf(endpoints);
    }

    /** Everything after the client is open counts; how it rests is left out where there is no telling. */
    Map<String, String> run(double writeNanos, @Nullable Supplier<String> atRest) {
        Map<String, String> facts = new LinkedHashMap<>();
        String name = recipe.name() + ", " + elections + " elections: ";
        try (Candidate first = recipe.open(endpoints.get(0), 1)) {
            int threads = Thread.activeCount();
            long sockets = sockets();
            long start = System.nanoTime();
            List<Candidate.Standing> leading = standInAll(first);
            leading.forEach(standing -> standing.elected().await());
            long nanos = System.nanoTime() - start;
            facts.put(name + "all led after", millis(nanos) + ", " + ratio(nanos / writeNanos / elections) + " W each");
            facts.put(name + "threads added", String.valueOf(Thread.activeCount() - threads));
            facts.put(name + "sockets added", String.valueOf(sockets() - sockets));
            if (atRest != null) {
                facts.put(name + "at rest", atRest.get());
            }
            takeOver(first, leading, name, facts);
        }
        return facts;
    }

    /** What a client that leads all asks while nothing happens, for where it can be counted only with times spoilt. */
    String atRest(Supplier<String> watch) {
        try (Candidate only = recipe.open(endpoints.get(0), 3)) {
            standInAll(only).forEach(standing -> standing.elected().await());
            return watch.get();
        }
    }

    private void takeOver(Candidate first, List<Candidate.Standing> leading, String name, Map<String, String> facts) {
        try (Candidate second = recipe.open(endpoints.get(endpoints.size() - 1), 2)) {
            List<Candidate.Standing> waiting = standInAll(second);
            waiting.forEach(Candidate.Standing::awaitQueued);
            long start = System.nanoTime();
            first.close();
            waiting.forEach(standing -> standing.elected().await());
            facts.put(
                    name + "all taken over after the holder's close",
                    millis(System.nanoTime() - start) + " (" + leading.size() + " of " + elections + ")");
        }
    }

    private List<Candidate.Standing> standInAll(Candidate candidate) {
        return new ArrayList<>(IntStream.range(0, elections)
                .mapToObj(i -> candidate.stand("crowd-" + i))
                .toList());
    }

    private static long sockets() {
        try (Stream<Path> descriptors = Files.list(DESCRIPTORS)) {
            return descriptors.filter(Crowd::isSocket).count();
        } catch (IOException failure) {
            throw new UncheckedIOException("no " + DESCRIPTORS, failure);
        }
    }

    private static boolean isSocket(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
        } catch (IOException closedMeanwhile) {
            return false;
        }
    }

    private static String millis(long nanos) {
        return nanos / 1_000_000 + " ms";
    }

    private static String ratio(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
