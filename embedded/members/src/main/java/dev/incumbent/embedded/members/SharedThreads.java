package dev.incumbent.embedded.members;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The threads that all members of a cluster share. */
public final class SharedThreads implements AutoCloseable {

    private static final int EVENT_LOOPS = 2;
    private static final int WORKERS = 2;
    private static final long PATIENCE_SECONDS = 5;

    private final EventLoopGroup eventLoops;
    private final ScheduledThreadPoolExecutor timer;
    private final ExecutorService workers;

    /**
     * Starts none yet: each begins with its first work.
     *
     * @param name what their names begin with
     */
    public SharedThreads(String name) {
        eventLoops = new MultiThreadIoEventLoopGroup(
                EVENT_LOOPS, new DefaultThreadFactory(name + "-io", true), NioIoHandler.newFactory());
        timer = new ScheduledThreadPoolExecutor(1, new DefaultThreadFactory(name + "-timer", true));
        timer.setRemoveOnCancelPolicy(true);
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        timer.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
        workers = Executors.newFixedThreadPool(WORKERS, new DefaultThreadFactory(name + "-worker", true));
    }

    /**
     * For input and output.
     *
     * @return two event loops
     */
    public EventLoopGroup eventLoops() {
        return eventLoops;
    }

    /**
     * For what has to happen later and takes no time.
     *
     * @return one thread
     */
    public ScheduledThreadPoolExecutor timer() {
        return timer;
    }

    /**
     * For what takes time, such as passwords.
     *
     * @return two threads
     */
    public ExecutorService workers() {
        return workers;
    }

    /** Ends them all. Bounded, idempotent. */
    @Override
    public void close() {
        timer.shutdownNow();
        workers.shutdownNow();
        eventLoops
                .shutdownGracefully(0, PATIENCE_SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
}
