package dev.incumbent.embedded.etcd.differential;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Runs sequences on two servers in lock-step, up to the first reply that differs. Not thread-safe. */
final class Differential {

    private final Subject left;
    private final Subject right;
    private final KnownDifferences known;
    private Duration patience = Duration.ofSeconds(3);
    /** etcd brings a watch that starts in the past up to date in a loop of 100 ms. */
    private Duration syncLoop = Duration.ofMillis(250);

    private long compared;

    Differential(Subject left, Subject right, KnownDifferences known) {
        this.left = left;
        this.right = right;
        this.known = known;
    }

    /** How long watches may take to be told the same before that is a difference; 3 seconds at first. */
    void patience(Duration forWatches) {
        patience = forWatches;
    }

    /** The servers are known to bring watches up to date at once: saves the wait for a server that does not. */
    void bothSyncAtOnce() {
        syncLoop = Duration.ZERO;
    }

    /** Commands whose replies were held against each other, known differences included. */
    long compared() {
        return compared;
    }

    /** Runs one sequence on servers that it first brings to a common state. */
    Optional<Difference> run(List<Command> commands) {
        known.begin();
        left.begin();
        right.begin();
        long unsyncedUntil = System.nanoTime();
        for (int i = 0; i < commands.size(); i++) {
            Command command = commands.get(i);
            Optional<Difference> difference =
                    needsQuietWatches(command) ? quiet(i, command, unsyncedUntil) : Optional.empty();
            if (difference.isEmpty()) {
                difference = perform(i, command);
            }
            if (difference.isPresent()) {
                return difference;
            }
            if (command instanceof Command.WatchCreate create
                    && create.request().getStartRevision() != 0) {
                unsyncedUntil = System.nanoTime() + syncLoop.toNanos();
            }
        }
        Command end = new Command.WatchProgress();
        return compare(commands.size(), end, "every key touched", left.touchEveryKey(), right.touchEveryKey())
                .or(() -> quiet(commands.size(), end, System.nanoTime()));
    }

    private Optional<Difference> perform(int index, Command command) {
        String leftReply = left.perform(command);
        String rightReply = right.perform(command);
        compared++;
        return compare(index, command, command.toString(), leftReply, rightReply);
    }

    private Optional<Difference> compare(
            int index, Command command, String shown, String leftReply, String rightReply) {
        if (known.same(command, leftReply, rightReply)) {
            return Optional.empty();
        }
        return Optional.of(new Difference(index, shown, leftReply, rightReply));
    }

    /** A cancellation races with events that are under way, a compaction with a watch that is behind. */
    private static boolean needsQuietWatches(Command command) {
        return command instanceof Command.WatchCancel
                || command instanceof Command.WatchProgress
                || command.toString().startsWith("CompactionRequest");
    }

    /** Waits until all watches were told of everything, and compares what they were told. */
    private Optional<Difference> quiet(int index, Command command, long notBefore) {
        String leftControl = left.catchUp();
        String rightControl = right.catchUp();
        long deadline = System.nanoTime() + patience.toNanos();
        String leftTold = left.watched();
        String rightTold = right.watched();
        while (!known.same(command, leftTold, rightTold) || notBefore - System.nanoTime() > 0) {
            if (deadline - System.nanoTime() < 0) {
                return compare(
                        index, command, "watches before " + command, leftControl + leftTold, rightControl + rightTold);
            }
            pause();
            leftTold = left.watched();
            rightTold = right.watched();
        }
        return compare(index, command, "catching up before " + command, leftControl, rightControl);
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(2);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for watches", e);
        }
    }
}
