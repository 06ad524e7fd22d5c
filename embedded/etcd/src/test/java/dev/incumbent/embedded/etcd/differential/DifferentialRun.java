package dev.incumbent.embedded.etcd.differential;

import static java.util.stream.Collectors.joining;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sequences for a while, from one seed. {@code -Ddifferential.seed=N} repeats one sequence,
 * {@code -Ddifferential.seconds=N} runs for longer.
 */
final class DifferentialRun {

    private static final Logger LOG = LoggerFactory.getLogger(DifferentialRun.class);
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final Duration SHRINK_PATIENCE = Duration.ofMillis(700);
    private static final int LENGTH = 60;
    private static final int SHRINK_ATTEMPTS = 300;

    private final Subject left;
    private final Subject right;
    private final Differential differential;
    private final KnownDifferences known;
    private int sequences;

    DifferentialRun(Subject left, Subject right, KnownDifferences known) {
        this.left = left;
        this.right = right;
        this.known = known;
        this.differential = new Differential(left, right, known);
    }

    /** How long a run lasts unless a property says otherwise. */
    static Duration duration(Duration usual) {
        return Duration.ofSeconds(Long.getLong("differential.seconds", usual.toSeconds()));
    }

    /**
     * Runs sequences until the time is up.
     *
     * @return the report of the first difference that nothing explains
     */
    Optional<String> run(Duration time) {
        Long repeated = Long.getLong("differential.seed");
        if (repeated != null) {
            return one(repeated);
        }
        Random seeds = new Random();
        long deadline = System.nanoTime() + time.toNanos();
        while (deadline - System.nanoTime() > 0) {
            Optional<String> report = one(seeds.nextInt(Integer.MAX_VALUE));
            if (report.isPresent()) {
                return report;
            }
        }
        LOG.info("{}", summary());
        return Optional.empty();
    }

    /** One sequence; a difference is shrunk first. */
    Optional<String> one(long seed) {
        sequences++;
        List<Command> commands = CommandGenerator.sequence(seed, LENGTH);
        Optional<Difference> difference = differential.run(commands);
        if (difference.isEmpty()) {
            return Optional.empty();
        }
        differential.patience(SHRINK_PATIENCE);
        Function<List<Command>, Optional<Difference>> again = differential::run;
        List<Command> shrunk = Shrinker.shrink(commands, again, SHRINK_ATTEMPTS);
        Optional<Difference> last = differential.run(shrunk);
        differential.patience(PATIENCE);
        String steps = IntStream.range(0, shrunk.size())
                .mapToObj(i -> "  " + i + ": " + shrunk.get(i))
                .collect(joining("\n"));
        return Optional.of(left + " and " + right + " differ; repeat with -Ddifferential.seed=" + seed + " ("
                + summary()
                + ")\nfirst seen " + difference.get().show(left.name(), right.name()) + "\nshrunk to\n" + steps + "\n"
                + last.map(found -> found.show(left.name(), right.name()))
                        .orElse("which did not show it when it was run once more"));
    }

    /** What was compared so far. */
    String summary() {
        return differential.compared() + " commands in " + sequences + " sequences compared between " + left + " and "
                + right + "; known differences met: " + known.met();
    }
}
