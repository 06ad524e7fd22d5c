package dev.incumbent.embedded.consul.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Makes a sequence that shows a difference shorter, greedily: whatever can be left out is. */
final class Shrinker {

    private Shrinker() {}

    /**
     * A sequence that still fails and from which no single step can be dropped.
     *
     * @param attempts how often it may be run
     */
    static List<Step> shrink(List<Step> failing, Predicate<List<Step>> fails, int attempts) {
        List<Step> best = failing;
        int left = attempts;
        for (int chunk = Math.max(1, best.size() / 2); chunk >= 1; chunk /= 2) {
            boolean progress = true;
            while (progress) {
                progress = false;
                for (int from = best.size() - chunk; from >= 0; from -= chunk) {
                    if (left-- <= 0) {
                        return best;
                    }
                    List<Step> candidate = new ArrayList<>(best.subList(0, from));
                    candidate.addAll(best.subList(from + chunk, best.size()));
                    if (fails.test(candidate)) {
                        best = List.copyOf(candidate);
                        progress = true;
                    }
                }
            }
        }
        return best;
    }
}
