package dev.incumbent.embedded.etcd.differential;

import static java.util.stream.Collectors.joining;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Random users, roles, permissions and requests on two servers; {@code -Ddifferential.seed=N} repeats one sequence. */
final class AuthDifferential {

    private static final Logger LOG = LoggerFactory.getLogger(AuthDifferential.class);
    private static final int LENGTH = 80;

    private final AuthSubject left;
    private final AuthSubject right;
    private final boolean newer;
    private long compared;

    AuthDifferential(AuthSubject left, AuthSubject right, boolean newer) {
        this.newer = newer;
        this.left = left;
        this.right = right;
    }

    /** Runs sequences until the time is up; the report of the first difference. */
    Optional<String> run(Duration time) {
        Long repeated = Long.getLong("differential.seed");
        Random seeds = new Random();
        long deadline = System.nanoTime() + time.toNanos();
        Optional<String> report = Optional.empty();
        do {
            report = one(repeated == null ? seeds.nextInt(Integer.MAX_VALUE) : repeated);
        } while (report.isEmpty() && repeated == null && deadline - System.nanoTime() > 0);
        LOG.info("{} requests of users compared between {} and {}", compared, left.name(), right.name());
        return report;
    }

    Optional<String> one(long seed) {
        List<AuthCommand> commands = AuthCommand.sequence(seed, LENGTH, newer);
        Optional<Difference> first = difference(commands);
        if (first.isEmpty()) {
            return Optional.empty();
        }
        List<AuthCommand> shrunk = shrink(commands.subList(0, first.get().index() + 1));
        return Optional.of("repeat with -Ddifferential.seed=" + seed + "\n"
                + IntStream.range(0, shrunk.size())
                        .mapToObj(i -> "  " + i + ": " + shrunk.get(i))
                        .collect(joining("\n"))
                + "\n"
                + difference(shrunk)
                        .map(last -> last.show(left.name(), right.name()))
                        .orElse("which did not show it when it was run once more; first seen "
                                + first.get().show(left.name(), right.name())));
    }

    private Optional<Difference> difference(List<AuthCommand> commands) {
        left.begin();
        right.begin();
        for (int i = 0; i < commands.size(); i++) {
            String leftReply = left.perform(commands.get(i));
            String rightReply = right.perform(commands.get(i));
            compared++;
            if (!leftReply.equals(rightReply)) {
                return Optional.of(new Difference(i, commands.get(i).toString(), leftReply, rightReply));
            }
        }
        return Optional.empty();
    }

    private List<AuthCommand> shrink(List<AuthCommand> failing) {
        List<AuthCommand> best = failing;
        for (int drop = best.size() - 1; drop >= 0; drop--) {
            List<AuthCommand> candidate = new ArrayList<>(best);
            candidate.remove(drop);
            if (difference(candidate).isPresent()) {
                best = candidate;
            }
        }
        return best;
    }
}
