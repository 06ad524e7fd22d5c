package dev.incumbent.election.internal.runtime;

import dev.incumbent.election.spi.EventLoop;
import dev.incumbent.election.spi.Subscription;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An event loop on one daemon thread. */
public final class SingleThreadLoop implements EventLoop {

    private static final Logger log = LoggerFactory.getLogger(SingleThreadLoop.class);

    private final ScheduledThreadPoolExecutor executor;

    /**
     * Starts a loop.
     *
     * @param name the thread's name
     */
    public SingleThreadLoop(String name) {
        executor = new ScheduledThreadPoolExecutor(1, daemons(name));
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /**
     * Makes numbered daemon threads, so that a forgotten client never keeps a process alive.
     *
     * @param prefix the names' beginning
     * @return the factory
     */
    public static ThreadFactory daemons(String prefix) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, prefix + "-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    @Override
    public void execute(Runnable task) {
        try {
            executor.execute(() -> run(task));
        } catch (RejectedExecutionException closed) {
            log.trace("Dropped a task of a closed client");
        }
    }

    @Override
    public Subscription schedule(Runnable task, long delayNanos) {
        try {
            Future<?> future = executor.schedule(() -> run(task), delayNanos, TimeUnit.NANOSECONDS);
            return () -> future.cancel(false);
        } catch (RejectedExecutionException closed) {
            log.trace("Dropped a timer of a closed client");
            return () -> {};
        }
    }

    /** A task that throws is a defect of ours; the loop outlives it, since every election of the client hangs on it. */
    private static void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error defect) {
            log.error("A task of the election loop failed; please report this", defect);
        }
    }

    @Override
    public void close() {
        executor.shutdown();
    }
}
