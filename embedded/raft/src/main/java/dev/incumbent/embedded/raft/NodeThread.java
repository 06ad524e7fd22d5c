package dev.incumbent.embedded.raft;

import io.microraft.executor.RaftNodeExecutor;
import java.util.ArrayDeque;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The one thread that a node's Raft state, log and state machine belong to.
 *
 * <p>Tasks run one at a time in the order of their arrival. While the thread is paused no task runs, tasks and timers pile up,
 * and nothing leaves the node. Once it is stopped nothing runs any more, whatever is still queued.
 */
final class NodeThread implements RaftNodeExecutor {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private record Timer(long at, long order, Runnable task) implements Comparable<Timer> {
        @Override
        public int compareTo(Timer other) {
            int byTime = Long.signum(at - other.at);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    private final ScaledClock clock;
    private final Runnable afterBatch;
    private final Consumer<Throwable> onFailure;
    private final Runnable onExit;
    private final Thread thread;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final PriorityQueue<Timer> timers = new PriorityQueue<>();
    private final ArrayDeque<Runnable> inbox = new ArrayDeque<>();
    private long timersMade;
    private boolean resting;
    private volatile boolean paused;
    private volatile boolean stopped;

    /**
     * @param afterBatch run on the thread whenever it has done what was queued
     * @param onFailure told, on the thread, what a task threw
     * @param onExit run on the thread as its last act
     */
    NodeThread(String name, ScaledClock clock, Runnable afterBatch, Consumer<Throwable> onFailure, Runnable onExit) {
        this.clock = clock;
        this.afterBatch = afterBatch;
        this.onFailure = onFailure;
        this.onExit = onExit;
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Queues a task; false if the thread will never run it. */
    boolean post(Runnable task) {
        lock.lock();
        try {
            if (stopped) {
                return false;
            }
            inbox.add(task);
            if (inbox.size() == 1) {
                changed.signalAll();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** At once when called on the thread, so that a check made before it still holds while it runs. */
    @Override
    public void execute(Runnable task) {
        if (isCurrent()) {
            task.run();
        } else {
            post(task);
        }
    }

    @Override
    public void submit(Runnable task) {
        post(task);
    }

    @Override
    public void schedule(Runnable task, long delay, TimeUnit unit) {
        after(clock.toReal(delay, unit), task);
    }

    /** Queues a task for later, in real time. */
    void after(long nanos, Runnable task) {
        lock.lock();
        try {
            timers.add(new Timer(System.nanoTime() + nanos, timersMade++, task));
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    boolean isStopped() {
        return stopped;
    }

    boolean isPaused() {
        return paused;
    }

    /** Returns when no task runs any more; at once when called on the thread itself. */
    void pause() {
        lock.lock();
        try {
            paused = true;
            changed.signalAll();
            long left = PATIENCE_NANOS;
            while (!isCurrent() && !resting && !stopped && thread.isAlive() && left > 0) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    void resume() {
        lock.lock();
        try {
            paused = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Lets the task at hand be the last; what is queued is dropped. */
    void stop() {
        lock.lock();
        try {
            stopped = true;
            inbox.clear();
            timers.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until a stopped thread has ended; at once when called on the thread itself. */
    void join() {
        if (isCurrent()) {
            return;
        }
        try {
            thread.join(TimeUnit.NANOSECONDS.toMillis(PATIENCE_NANOS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        Queue<Runnable> batch = new ArrayDeque<>();
        try {
            while (await(batch)) {
                for (Runnable task = batch.poll(); task != null && mayRun(); task = batch.poll()) {
                    guard(task);
                }
                if (mayRun()) {
                    guard(afterBatch);
                }
            }
        } finally {
            stop();
            onExit.run();
        }
    }

    private void guard(Runnable task) {
        try {
            task.run();
        } catch (Throwable t) {
            onFailure.accept(t);
        }
    }

    /** The gate before each task. */
    private boolean mayRun() {
        if (paused && !stopped) {
            lock.lock();
            try {
                while (paused && !stopped) {
                    rest(0);
                }
            } finally {
                lock.unlock();
            }
        }
        return !stopped;
    }

    /** Waits for something to do; due timers come before what has arrived. */
    private boolean await(Queue<Runnable> batch) {
        lock.lock();
        try {
            while (!stopped) {
                long now = System.nanoTime();
                Timer next = timers.peek();
                if (!paused) {
                    for (; next != null && next.at - now <= 0; next = timers.peek()) {
                        batch.add(timers.remove().task);
                    }
                    batch.addAll(inbox);
                    inbox.clear();
                    if (!batch.isEmpty()) {
                        return true;
                    }
                }
                rest(paused || next == null ? 0 : next.at - now);
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** One wait; the callers loop. */
    @SuppressWarnings("WaitNotInLoop")
    private void rest(long nanos) {
        resting = true;
        changed.signalAll();
        try {
            if (nanos > 0) {
                changed.awaitNanos(nanos);
            } else {
                changed.awaitUninterruptibly();
            }
        } catch (InterruptedException e) {
            // Nobody has business interrupting this thread, and a set flag would close the log's channel: forget it.
        }
        resting = false;
    }
}
