package dev.incumbent.embedded.consul.differential;

import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Random scenarios for a while. {@code -Ddifferential.seed=N} repeats one, {@code -Ddifferential.seconds=N} runs for longer.
 */
final class DifferentialRun {

    private static final Logger LOG = LoggerFactory.getLogger(DifferentialRun.class);
    private static final int LENGTH = 60;
    private static final int SHRINK_ATTEMPTS = 200;

    private final Differential differential;
    private final boolean throughAll;
    private int scenarios;

    /** @param throughAll whether the requests go to three servers in turn, reads with {@code ?stale} to the leader alone */
    DifferentialRun(Differential differential, boolean throughAll) {
        this.differential = differential;
        this.throughAll = throughAll;
    }

    /** How long a run lasts unless a property says otherwise. */
    static Duration duration(Duration usual) {
        return Duration.ofSeconds(Long.getLong("differential.seconds", usual.toSeconds()));
    }

    /** Runs scenarios until the time is up or one shows a difference. */
    Optional<Difference> run(Duration time) {
        Long repeated = Long.getLong("differential.seed");
        if (repeated != null) {
            return one(repeated);
        }
        Random seeds = new Random();
        long deadline = System.nanoTime() + time.toNanos();
        Optional<Difference> found = Optional.empty();
        while (found.isEmpty() && deadline - System.nanoTime() > 0) {
            found = one(seeds.nextInt(Integer.MAX_VALUE));
        }
        LOG.info("{} answers in {} scenarios compared", differential.exchanges(), scenarios);
        return found;
    }

    private Optional<Difference> one(long seed) {
        scenarios++;
        Scenario scenario = ScenarioGenerator.scenario(seed, LENGTH);
        Optional<Difference> found =
                differential.runAndShrink(throughAll ? scenario.throughThree() : scenario, SHRINK_ATTEMPTS);
        found.ifPresent(difference -> LOG.info("-Ddifferential.seed={} shows a difference", seed));
        return found;
    }
}
