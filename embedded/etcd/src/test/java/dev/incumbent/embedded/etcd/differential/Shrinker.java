package dev.incumbent.embedded.etcd.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Makes a sequence that shows a difference shorter, greedily: whatever can be left out is. */
final class Shrinker {

    private Shrinker() {}

    /**
     * A sequence that still shows a difference and from which no single command can be dropped.
     *
     * @param attempts how often it may be run
     */
    static List<Command> shrink(
            List<Command> failing, Function<List<Command>, Optional<Difference>> run, int attempts) {
        List<Command> best = failing;
        int left = attempts;
        for (int chunk = Math.max(1, best.size() / 2); chunk >= 1; chunk /= 2) {
            boolean progress = true;
            while (progress) {
                progress = false;
                for (int from = best.size() - chunk; from >= 0; from -= chunk) {
                    if (left-- <= 0) {
                        return best;
                    }
                    List<Command> candidate = new ArrayList<>(best.subList(0, from));
                    candidate.addAll(best.subList(from + chunk, best.size()));
                    if (run.apply(candidate).isPresent()) {
                        best = List.copyOf(candidate);
                        progress = true;
                    }
                }
            }
        }
        return best;
    }
}
