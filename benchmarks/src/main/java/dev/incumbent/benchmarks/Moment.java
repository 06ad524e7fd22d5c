package dev.incumbent.benchmarks;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Something that happens once, and when. */
final class Moment {

    private static final long PATIENCE_SECONDS = 60;

    private final CountDownLatch happened = new CountDownLatch(1);
    private volatile long nanos;
    private volatile @Nullable Throwable failure;

    /** It happens now; later calls do nothing. */
    void now() {
        long instant = System.nanoTime();
        if (happened.getCount() > 0) {
            nanos = instant;
            happened.countDown();
        }
    }

    boolean hasHappened() {
        return happened.getCount() == 0;
    }

    /** It will never happen; whoever waits is told why. */
    void failed(Throwable cause) {
        failure = cause;
        happened.countDown();
    }

    /**
     * Waits for it.
     *
     * @return the instant, on {@link System#nanoTime()}
     * @throws IllegalStateException if it does not come within a minute, or never
     */
    long await() {
        try {
            if (!happened.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("waited " + PATIENCE_SECONDS + " s in vain");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", interrupted);
        }
        Throwable cause = failure;
        if (cause != null) {
            throw new IllegalStateException("waited in vain: " + cause.getMessage(), cause);
        }
        return nanos;
    }
}
