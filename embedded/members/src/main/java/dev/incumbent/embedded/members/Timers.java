package dev.incumbent.embedded.members;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Later, unless the cluster is closed by then. */
public final class Timers {

    private Timers() {}

    /**
     * Runs a task later.
     *
     * @param timer on which thread
     * @param millis how much later
     * @param task takes no time
     */
    public static void after(ScheduledExecutorService timer, long millis, Runnable task) {
        try {
            timer.schedule(task, millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closed) {
            // Whoever waits runs into its own timeout; there is nothing left to do it for.
        }
    }
}
