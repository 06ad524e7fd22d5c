package dev.incumbent.election.spi;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread of an adapter that does its own input and output: its state is touched there alone, callbacks of its client
 * library included. Nothing on it blocks.
 *
 * <p>Tasks run in the order they were handed in; those that come after {@link #close} are dropped. May be used from any thread.
 */
public final class IoLoop implements Executor {

    private static final Logger log = LoggerFactory.getLogger(IoLoop.class);
    private static final AtomicInteger LOOPS = new AtomicInteger();

    private final String name;
    private final ScheduledThreadPoolExecutor thread;

    /**
     * Makes one; its thread, a daemon, starts with the first task.
     *
     * @param backend the coordinator's name, for the thread's
     */
    public IoLoop(String backend) {
        name = "incumbent-" + backend + "-io-" + LOOPS.incrementAndGet();
        thread = new ScheduledThreadPoolExecutor(1, task -> {
            Thread worker = new Thread(task, name);
            worker.setDaemon(true);
            return worker;
        });
        thread.setRemoveOnCancelPolicy(true);
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public void execute(Runnable task) {
        try {
            thread.execute(() -> run(task));
        } catch (RejectedExecutionException closed) {
            log.trace("Dropped a task after the end", closed);
        }
    }

    /**
     * Runs a task after a delay.
     *
     * @param task the task; what it throws is logged
     * @param delayNanos nanoseconds of monotonic time
     * @return forgets it
     */
    public Subscription schedule(Runnable task, long delayNanos) {
        try {
            ScheduledFuture<?> timer = thread.schedule(() -> run(task), delayNanos, TimeUnit.NANOSECONDS);
            return () -> timer.cancel(false);
        } catch (RejectedExecutionException closed) {
            return () -> {};
        }
    }

    private static void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException defect) {
            log.error("An event could not be handled", defect);
        }
    }

    /** Runs what was handed in, drops what is scheduled, and ends. Returns at once; idempotent. */
    public void close() {
        thread.shutdown();
    }

    /**
     * Its thread's name.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * Whether {@link #close} was called.
     *
     * @return whether
     */
    public boolean isClosed() {
        return thread.isShutdown();
    }

    /**
     * Waits, after {@link #close}, for what was handed in before.
     *
     * @param nanos how long at most
     * @return whether it has ended
     * @throws InterruptedException if interrupted
     */
    public boolean awaitEnd(long nanos) throws InterruptedException {
        return thread.awaitTermination(nanos, TimeUnit.NANOSECONDS);
    }
}
