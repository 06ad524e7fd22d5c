package dev.incumbent.benchmarks;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waiting for what announces itself to nobody. */
final class Patience {

    private static final long POLL_MILLIS = 2;
    private static final Duration LONGEST = Duration.ofSeconds(60);

    private Patience() {}

    /**
     * Waits until a condition holds.
     *
     * @throws IllegalStateException if it does not within a minute
     */
    static void until(String what, BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > LONGEST.toNanos()) {
                throw new IllegalStateException("waited " + LONGEST + " in vain until " + what);
            }
            pause();
        }
    }

    /** Waits until a value has not changed for so long: nothing tells that no more messages will follow. */
    static <T> T untilQuiet(Duration quiet, Supplier<T> value) {
        T last = value.get();
        long since = System.nanoTime();
        while (System.nanoTime() - since < quiet.toNanos()) {
            pause();
            T next = value.get();
            if (!next.equals(last)) {
                last = next;
                since = System.nanoTime();
            }
        }
        return last;
    }

    /** Lets time pass in which nothing is to happen. */
    static void pass(Duration time) {
        long start = System.nanoTime();
        while (System.nanoTime() - start < time.toNanos()) {
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", interrupted);
        }
    }
}
