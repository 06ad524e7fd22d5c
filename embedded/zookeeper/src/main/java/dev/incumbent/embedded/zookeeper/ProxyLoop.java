package dev.incumbent.embedded.zookeeper;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that moves the bytes of all links of an ensemble.
 *
 * <p>Every change of a link runs on it too, between two moves of bytes, so that a fault is in force when the call that
 * asked for it returns: no byte is on its way through a second thread.
 */
final class ProxyLoop implements AutoCloseable {

    /** What a selection key carries. */
    interface Handler {
        void ready(SelectionKey key) throws IOException;

        void failed(Exception cause);
    }

    /** A task and when it is due, by {@link System#nanoTime()}. */
    private record Timer(long due, Runnable task) implements Comparable<Timer> {
        @Override
        public int compareTo(Timer other) {
            return Long.signum(due - other.due);
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(ProxyLoop.class);
    private static final long PATIENCE_SECONDS = 10;

    private final Selector selector;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    /** Those for later; for the loop's thread only. */
    private final Queue<Timer> timers = new PriorityQueue<>();

    private final Thread thread;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(64 << 10);
    private volatile boolean closed;

    ProxyLoop(String name) {
        try {
            selector = Selector.open();
        } catch (IOException e) {
            throw new EmbeddedZooKeeperException("no selector for the links", e);
        }
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    Selector selector() {
        return selector;
    }

    boolean isOpen() {
        return !closed;
    }

    /** A scratch buffer for one read; for use on the loop's thread only. */
    ByteBuffer scratch() {
        return buffer.clear();
    }

    /** Runs a task after a while. For use on the loop's thread only. */
    void later(Duration delay, Runnable task) {
        timers.add(new Timer(System.nanoTime() + delay.toNanos(), task));
    }

    void run(Runnable task) {
        call(() -> {
            task.run();
            return true;
        });
    }

    <T> T call(Supplier<T> task) {
        if (Thread.currentThread() == thread) {
            return task.get();
        }
        if (closed) {
            throw new EmbeddedZooKeeperException("the ensemble is closed");
        }
        CompletableFuture<T> result = new CompletableFuture<>();
        tasks.add(() -> {
            try {
                result.complete(task.get());
            } catch (RuntimeException | Error e) {
                result.completeExceptionally(e);
            }
        });
        selector.wakeup();
        try {
            return result.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EmbeddedZooKeeperException("interrupted while changing a link", e);
        } catch (TimeoutException e) {
            throw new EmbeddedZooKeeperException(
                    closed ? "the ensemble is closed" : "the links' thread does not answer", e);
        } catch (ExecutionException e) {
            throw new EmbeddedZooKeeperException("a link could not be changed", e.getCause());
        }
    }

    private void run() {
        try {
            while (!closed) {
                select();
                runTimers();
                for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                    task.run();
                }
                for (SelectionKey key : new ArrayList<>(selector.selectedKeys())) {
                    dispatch(key);
                }
                selector.selectedKeys().clear();
            }
        } catch (IOException | RuntimeException e) {
            LOG.error("The links' thread ends: {}", thread.getName(), e);
        } finally {
            closeAll();
        }
    }

    private void select() throws IOException {
        Timer next = timers.peek();
        if (next == null) {
            selector.select();
        } else {
            // At least one millisecond: zero would wait for ever.
            selector.select(Math.max(1, TimeUnit.NANOSECONDS.toMillis(next.due() - System.nanoTime())));
        }
    }

    private void runTimers() {
        for (Timer next = timers.peek(); next != null && next.due() - System.nanoTime() <= 0; next = timers.peek()) {
            timers.remove();
            next.task().run();
        }
    }

    private static void dispatch(SelectionKey key) {
        Handler handler = (Handler) key.attachment();
        try {
            if (key.isValid()) {
                handler.ready(key);
            }
        } catch (IOException | CancelledKeyException e) {
            handler.failed(e);
        }
    }

    private void closeAll() {
        for (SelectionKey key : new ArrayList<>(selector.keys())) {
            closeQuietly(key.channel());
        }
        closeQuietly(selector);
    }

    static void closeQuietly(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            LOG.debug("Closing {}", resource, e);
        }
    }

    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        if (!thread.isAlive() && selector.isOpen()) {
            closeAll();
        }
        try {
            thread.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
