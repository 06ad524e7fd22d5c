package dev.incumbent.benchmarks;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A leader and waiters of one election, who resign in turn and stand again at the end. */
final class HandoffQueue {

    /** One candidate and how it stands. */
    record Turn(Candidate candidate, Candidate.Standing standing) {}

    private final String election;
    private final Deque<Turn> turns = new ArrayDeque<>();
    private @Nullable Turn resigned;

    /** Lets all stand, one after the other, so that the order is known, and waits until the first is in office. */
    HandoffQueue(String election, List<? extends Candidate> candidates) {
        this.election = election;
        candidates.forEach(this::enter);
        turns.getFirst().standing().elected().await();
    }

    Turn leader() {
        return turns.getFirst();
    }

    /** The next in line. */
    Turn heir() {
        return turns.stream().skip(1).findFirst().orElseThrow();
    }

    /** The leader resigns; the heir is waited for. Returns the nanoseconds from the call to the heir's listener. */
    long handOff() {
        Turn leader = turns.removeFirst();
        Moment told = turns.getFirst().standing().elected();
        if (told.hasHappened()) {
            throw new IllegalStateException("two leaders in " + election);
        }
        long start = System.nanoTime();
        leader.standing().resign();
        long nanos = told.await() - start;
        leader.standing().awaitGone();
        resigned = leader;
        return nanos;
    }

    /** The one that resigned stands again, at the end. */
    void refill() {
        Turn last = resigned;
        if (last != null) {
            resigned = null;
            enter(last.candidate());
        }
    }

    /** All leave, the last in line first, so that nobody else takes office. */
    void dissolve() {
        while (!turns.isEmpty()) {
            Candidate.Standing standing = turns.removeLast().standing();
            standing.resign();
            standing.awaitGone();
        }
    }

    private void enter(Candidate candidate) {
        Candidate.Standing standing = candidate.stand(election);
        standing.awaitQueued();
        turns.addLast(new Turn(candidate, standing));
    }
}
