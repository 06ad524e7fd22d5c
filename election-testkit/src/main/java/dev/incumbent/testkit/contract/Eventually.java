package dev.incumbent.testkit.contract;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Bounded waiting for what must come. Each call fails with an {@link AssertionError} when its patience is at an end. */
public final class Eventually {

    private static final long PAUSE_NANOS = 2_000_000;

    private Eventually() {}

    /**
     * Asks again and again until the answer fits; fails with the last answer.
     *
     * @param patience how long
     * @param what what must come, for the failure
     * @param question asked on this thread
     * @param fits whether an answer will do
     * @param <T> of what
     * @return the answer that fits
     */
    public static <T> T until(Duration patience, String what, Supplier<T> question, Predicate<? super T> fits) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            T answer = question.get();
            if (fits.test(answer)) {
                return answer;
            }
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError(what + " did not come within " + patience + "; the last answer was " + answer);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /**
     * Asks again and again until the answer is yes.
     *
     * @param patience how long
     * @param what what must come, for the failure
     * @param question asked on this thread
     */
    public static void until(Duration patience, String what, Supplier<Boolean> question) {
        until(patience, what, question, answer -> answer);
    }

    /**
     * Waits for a stage that must complete normally.
     *
     * @param patience how long
     * @param stage the stage
     * @param <T> of what
     * @return its value
     */
    public static <T> T get(Duration patience, CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException failure) {
            throw new AssertionError("A stage that must complete normally failed", failure.getCause());
        } catch (TimeoutException late) {
            throw new AssertionError("A stage did not complete within " + patience, late);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError("Interrupted while waiting", interrupted);
        }
    }

    /**
     * Waits for a stage that must fail.
     *
     * @param patience how long
     * @param stage the stage
     * @return its failure
     */
    public static Throwable failure(Duration patience, CompletionStage<?> stage) {
        try {
            Object value = stage.toCompletableFuture().get(patience.toNanos(), TimeUnit.NANOSECONDS);
            throw new AssertionError("A stage that must fail completed with " + value);
        } catch (ExecutionException failure) {
            Throwable cause = failure.getCause();
            return cause == null ? failure : cause;
        } catch (TimeoutException late) {
            throw new AssertionError("A stage did not complete within " + patience, late);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError("Interrupted while waiting", interrupted);
        }
    }
}
