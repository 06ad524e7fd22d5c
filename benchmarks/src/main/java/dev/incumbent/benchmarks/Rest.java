package dev.incumbent.benchmarks;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** What a client asks of its coordinator while nothing happens. */
final class Rest {

    /** Short, so that a few renewals fall into the time that is watched. */
    static final Duration LEASE = Duration.ofSeconds(30);

    private static final Duration TIME = Duration.ofSeconds(30);

    private Rest() {}

    /** Lets time pass and says how many requests came meanwhile, by kind. */
    static String watch(Supplier<? extends Map<String, Long>> counts) {
        Map<String, Long> before = counts.get();
        long start = System.nanoTime();
        Patience.pass(TIME);
        Map<String, Long> came = since(before, counts.get());
        double seconds = (System.nanoTime() - start) / 1e9;
        long all = came.values().stream().mapToLong(Long::longValue).sum();
        return String.format(
                Locale.ROOT, "%.2f requests a second at a lease of %d s: %s", all / seconds, LEASE.toSeconds(), came);
    }

    /** What was added to counts. */
    static Map<String, Long> since(Map<String, Long> before, Map<String, Long> now) {
        Map<String, Long> grown = new TreeMap<>(now);
        before.forEach((kind, count) -> grown.merge(kind, -count, Long::sum));
        grown.values().removeIf(Predicate.isEqual(0L));
        return grown;
    }
}
