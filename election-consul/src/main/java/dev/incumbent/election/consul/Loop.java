package dev.incumbent.election.consul;

import dev.incumbent.election.spi.Subscription;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread on which a client's state is touched. Nothing on it blocks.
 *
 * <p>Tasks that come after {@link #close} are dropped.
 */
final class Loop implements Executor {

    private static final Logger log = LoggerFactory.getLogger(Loop.class);
    private static final AtomicInteger LOOPS = new AtomicInteger();

    private final String name = "incumbent-consul-io-" + LOOPS.incrementAndGet();
    private final ScheduledThreadPoolExecutor thread;

    Loop() {
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

    /** Runs a task after a delay; closing the subscription forgets it. */
    Subscription schedule(Runnable task, long delayNanos) {
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

    /** Runs what was handed in, drops what is scheduled, and ends. */
    void close() {
        thread.shutdown();
    }

    /** Its thread's name. */
    String name() {
        return name;
    }

    boolean isClosed() {
        return thread.isShutdown();
    }

    /** Waits for what was handed in before the end. */
    boolean awaitEnd(long nanos) throws InterruptedException {
        return thread.awaitTermination(nanos, TimeUnit.NANOSECONDS);
    }
}
