package dev.incumbent.testkit.fencing;

import dev.incumbent.fencing.HolderExpiredException;
import dev.incumbent.fencing.TokenRefusedException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Threads of one leader that write as fast as they can until they are refused, or, with a guard that lets them, until
 * they have tried a few times more after they should have been.
 */
final class DeposedWriters implements AutoCloseable {

    /** Writes one entry or throws; acknowledged when it returns. */
    @FunctionalInterface
    interface Write {
        void entry(String entry) throws Exception;
    }

    private static final int THREADS = 4;
    private static final int ACKNOWLEDGED_BEFORE = 20;
    private static final int TRIES_AFTER = 8;
    private static final long PATIENCE_SECONDS = 30;

    private final ExecutorService executor = Executors.newFixedThreadPool(THREADS);
    private final List<Future<Boolean>> refused = new ArrayList<>();
    private final Collection<String> acknowledged = new ConcurrentLinkedQueue<>();
    private final CountDownLatch underWay = new CountDownLatch(ACKNOWLEDGED_BEFORE);
    private volatile boolean deposed;

    private DeposedWriters() {}

    /** Starts the threads; their entries begin with the leader's name and never repeat. */
    static DeposedWriters start(String leader, Write write) {
        DeposedWriters writers = new DeposedWriters();
        for (int thread = 0; thread < THREADS; thread++) {
            String prefix = leader + ":" + thread + ":";
            writers.refused.add(writers.executor.submit(() -> writers.writeUntilRefused(prefix, write)));
        }
        return writers;
    }

    private boolean writeUntilRefused(String prefix, Write write) throws Exception {
        int triesLeft = TRIES_AFTER;
        for (int number = 0; triesLeft > 0; number++) {
            if (deposed) {
                triesLeft--;
            }
            String entry = prefix + number;
            try {
                write.entry(entry);
            } catch (TokenRefusedException | HolderExpiredException refusal) {
                return true;
            }
            acknowledged.add(entry);
            underWay.countDown();
        }
        return false;
    }

    /** Waits until some writes were acknowledged; fails if the writers stopped before. */
    void awaitUnderWay() throws InterruptedException, ExecutionException {
        while (!underWay.await(10, TimeUnit.MILLISECONDS)) {
            for (Future<Boolean> writer : refused) {
                if (writer.isDone()) {
                    throw new AssertionError(
                            "A leader's writer was refused although nobody had sealed after it: " + writer.get());
                }
            }
        }
    }

    /** Tells the writers that they have been deposed, waits for them, and returns how many were refused. */
    int awaitRefused() throws InterruptedException, ExecutionException, TimeoutException {
        deposed = true;
        int count = 0;
        for (Future<Boolean> writer : refused) {
            if (writer.get(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                count++;
            }
        }
        return count;
    }

    int threads() {
        return THREADS;
    }

    /** Returns the acknowledged entries that were not read; complete once {@link #awaitRefused} has returned. */
    Set<String> acknowledgedButNotIn(Collection<String> read) {
        return minus(acknowledged, read);
    }

    /** Returns what the first collection has and the second has not; they may be long. */
    static Set<String> minus(Collection<String> all, Collection<String> without) {
        Set<String> rest = new LinkedHashSet<>(all);
        new HashSet<>(without).forEach(rest::remove);
        return rest;
    }

    @Override
    public void close() {
        deposed = true;
        executor.shutdownNow();
        try {
            if (!executor.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("A writer did not end");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError("Interrupted before the writers ended", interrupted);
        }
    }
}
