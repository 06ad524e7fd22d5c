package dev.incumbent.election.spi;

/**
 * A serial executor with timers: the one place where a client's mutable state is touched.
 *
 * <p>Tasks run one after the other in the order they were handed in; timers run on the same thread. Tasks never block.
 */
public interface EventLoop extends AutoCloseable {

    /**
     * Runs a task soon, after those handed in before.
     *
     * @param task the task; dropped if the loop is closed
     */
    void execute(Runnable task);

    /**
     * Runs a task after a delay.
     *
     * @param task the task; dropped if the loop is closed
     * @param delayNanos nanoseconds of monotonic time, zero or less for soon
     * @return cancels it
     */
    Subscription schedule(Runnable task, long delayNanos);

    /** Drops what is pending and ends. Idempotent; may be called from a task. */
    @Override
    void close();
}
