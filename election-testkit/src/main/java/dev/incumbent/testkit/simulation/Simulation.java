package dev.incumbent.testkit.simulation;

import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** True time, chance, and the one queue of what is to happen. Single-threaded; the same seed does the same. */
final class Simulation {

    static final long MILLI = 1_000_000L;
    static final long SECOND = 1_000 * MILLI;

    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final SplittableRandom random;
    private final Trace trace;
    private long now;
    private long sequence;
    private long fingerprint = 17;
    private @Nullable Violation violation;

    private record Event(long at, long sequence, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(sequence, other.sequence);
        }
    }

    Simulation(long seed, int traceLines) {
        this.random = new SplittableRandom(seed);
        this.trace = new Trace(traceLines);
    }

    /** True time in nanoseconds since the run began. */
    long now() {
        return now;
    }

    long steps() {
        return sequence;
    }

    /** Differs between runs that did different things. */
    long fingerprint() {
        return fingerprint;
    }

    SplittableRandom random() {
        return random;
    }

    Trace trace() {
        return trace;
    }

    void log(String who, Supplier<String> what) {
        if (trace.isOn()) {
            trace.add(now, who, what.get());
        }
    }

    void after(long delay, Runnable action) {
        events.add(new Event(now + Math.max(0, delay), sequence++, action));
    }

    /** The first violation counts; later ones are mostly its consequences. */
    void violated(String invariant, String message) {
        if (violation == null) {
            violation = new Violation(invariant, message);
            log("CHECK", () -> invariant + " violated: " + message);
        }
    }

    @Nullable
    Violation violation() {
        return violation;
    }

    /** Runs what is due until then, or until a guarantee is broken. */
    void runUntil(long until, Runnable sample) {
        while (violation == null) {
            Event next = events.peek();
            if (next == null || next.at > until) {
                now = until;
                sample.run();
                return;
            }
            events.poll();
            if (next.at > now) {
                now = next.at;
                sample.run();
            }
            fingerprint = fingerprint * 31 + next.at + next.sequence;
            next.action.run();
            sample.run();
        }
    }

    // ---- chance

    boolean chance(double probability) {
        return probability > 0 && random.nextDouble() < probability;
    }

    long between(long least, long most) {
        return least + (long) (random.nextDouble() * (most - least));
    }

    int below(int bound) {
        return random.nextInt(bound);
    }
}
