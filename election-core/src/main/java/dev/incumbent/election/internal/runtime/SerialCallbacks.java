package dev.incumbent.election.internal.runtime;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs user code on the user's executor, one call after the other, outside locks, and logs what it throws. One per candidacy
 * or observer, so that a stuck one holds up nobody else (L5).
 */
final class SerialCallbacks {

    private static final Logger log = LoggerFactory.getLogger(SerialCallbacks.class);
    private static final ThreadLocal<@Nullable Boolean> INSIDE = new ThreadLocal<>();

    private final Executor executor;
    private final String owner;
    private final ReentrantLock lock = new ReentrantLock();
    private final Queue<Runnable> queue = new ArrayDeque<>();
    private boolean running;

    SerialCallbacks(Executor executor, String owner) {
        this.executor = executor;
        this.owner = owner;
    }

    /** Whether the calling thread is inside a callback of any client: it must not wait for callbacks to finish. */
    static boolean insideCallback() {
        return INSIDE.get() != null;
    }

    /** Runs user code such that {@link #insideCallback()} knows it. */
    static void runInside(Runnable userCode) {
        INSIDE.set(true);
        try {
            userCode.run();
        } finally {
            INSIDE.remove();
        }
    }

    /** Runs the task after those submitted before it. The task itself runs exactly once, whatever becomes of the executor. */
    void submit(Runnable task) {
        lock.lock();
        try {
            queue.add(task);
            if (running) {
                return;
            }
            running = true;
        } finally {
            lock.unlock();
        }
        dispatch();
    }

    private void dispatch() {
        try {
            executor.execute(this::runOne);
        } catch (RejectedExecutionException full) {
            log.error(
                    "The callback executor refused a callback of {}; it runs on the election thread and may hold up others."
                            + " Give the client an executor that does not refuse",
                    owner,
                    full);
            runOne();
        }
    }

    private void runOne() {
        Runnable task;
        lock.lock();
        try {
            task = queue.poll();
        } finally {
            lock.unlock();
        }
        if (task != null) {
            try {
                runInside(task);
            } catch (RuntimeException | Error thrown) {
                log.error("A callback of {} threw", owner, thrown);
            }
        }
        lock.lock();
        try {
            if (queue.isEmpty()) {
                running = false;
                return;
            }
        } finally {
            lock.unlock();
        }
        dispatch();
    }
}
