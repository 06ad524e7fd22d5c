package dev.incumbent.embedded.consul.internal.server;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Later, unless the cluster is closed by then. */
final class Timers {

    private Timers() {}

    static void after(ScheduledExecutorService timer, long millis, Runnable task) {
        try {
            timer.schedule(task, millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closed) {
            // Whoever waits runs into its own timeout; there is nothing left to do it for.
        }
    }
}
