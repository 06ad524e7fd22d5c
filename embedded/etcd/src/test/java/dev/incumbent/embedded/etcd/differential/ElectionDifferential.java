package dev.incumbent.embedded.etcd.differential;

import static java.util.stream.Collectors.joining;

import com.google.protobuf.Message;
import dev.incumbent.embedded.etcd.wire.DeleteRangeRequest;
import dev.incumbent.embedded.etcd.wire.LeaseRevokeRequest;
import dev.incumbent.embedded.etcd.wire.lock.UnlockRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Random elections and locks on two servers; {@code -Ddifferential.seed=N} repeats one sequence. Calls that wait for their turn
 * go on waiting while others are made; when one of them ends, it has to end with the same step and the same words on both.
 */
final class ElectionDifferential {

    private static final Logger LOG = LoggerFactory.getLogger(ElectionDifferential.class);
    private static final int LENGTH = 50;
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private final ElectionSubject left;
    private final ElectionSubject right;
    private long compared;
    private long waited;

    ElectionDifferential(ElectionSubject left, ElectionSubject right) {
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
        LOG.info(
                "{} steps of elections and locks compared between {} and {}; after {} of them somebody waited",
                compared,
                left.name(),
                right.name(),
                waited);
        return report;
    }

    Optional<String> one(long seed) {
        List<ElectionCommand> commands = ElectionCommand.sequence(seed, LENGTH);
        Optional<Difference> first = difference(commands);
        if (first.isEmpty()) {
            return Optional.empty();
        }
        List<ElectionCommand> shrunk = shrink(commands.subList(0, first.get().index() + 1));
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

    private Optional<Difference> difference(List<ElectionCommand> commands) {
        left.begin();
        right.begin();
        for (int i = 0; i < commands.size(); i++) {
            ElectionCommand command = commands.get(i);
            if (isComparable(command)) {
                String leftReply = perform(left, command);
                String rightReply = perform(right, command);
                compared++;
                Map<String, String> leftEnded = new TreeMap<>();
                Map<String, String> rightEnded = new TreeMap<>();
                settle(leftEnded, rightEnded);
                if (!leftReply.equals(rightReply) || !leftEnded.equals(rightEnded)) {
                    return Optional.of(
                            new Difference(i, command.toString(), leftReply + leftEnded, rightReply + rightEnded));
                }
            }
        }
        return Optional.empty();
    }

    /**
     * Not what etcd answers wrongly, or only by chance: a second call with a key that somebody waits with, and the end of that key
     * or of its lease, of which etcd tells when the turn comes, or says that the turn came.
     */
    private boolean isComparable(ElectionCommand command) {
        if (command instanceof ElectionCommand.GiveUp giveUp) {
            return left.waits(giveUp.key());
        }
        Message request = ((ElectionCommand.Ask) command).request();
        if (request instanceof LeaseRevokeRequest revoke) {
            return !left.waitsOn(revoke.getID());
        } else if (request instanceof UnlockRequest unlock) {
            return !left.waits(unlock.getKey());
        } else if (request instanceof DeleteRangeRequest delete) {
            return !left.waits(delete.getKey());
        }
        return !left.waits(ElectionCommand.queued(request));
    }

    private static String perform(ElectionSubject subject, ElectionCommand command) {
        return command instanceof ElectionCommand.Ask ask
                ? subject.ask(ask.request())
                : subject.giveUp(((ElectionCommand.GiveUp) command).key());
    }

    /** Until the same calls have ended in the same way on both, and nothing more can happen before the next step. */
    private void settle(Map<String, String> leftEnded, Map<String, String> rightEnded) {
        long begun = System.nanoTime();
        boolean settled = false;
        while (!settled && System.nanoTime() - begun < PATIENCE.toNanos()) {
            pause();
            boolean quiet = left.settled() && right.settled();
            leftEnded.putAll(left.ended());
            rightEnded.putAll(right.ended());
            settled = quiet && leftEnded.equals(rightEnded);
        }
        waited += left.nobodyWaits() ? 0 : 1;
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(2);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for a turn", e);
        }
    }

    private List<ElectionCommand> shrink(List<ElectionCommand> failing) {
        List<ElectionCommand> best = failing;
        for (int drop = best.size() - 1; drop >= 0; drop--) {
            List<ElectionCommand> candidate = new ArrayList<>(best);
            candidate.remove(drop);
            if (difference(candidate).isPresent()) {
                best = candidate;
            }
        }
        return best;
    }
}
