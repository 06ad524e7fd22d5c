package dev.incumbent.cli.demo;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that has to be undone, in the order opposite to its making; also when the JVM is told to end at any moment.
 *
 * <p>A thing is made and noted under the lock that closing takes: an end that comes while something is being made waits
 * for it and then undoes it, and nothing is made afterwards.
 */
final class Teardown implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Teardown.class);

    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<AutoCloseable> made = new ArrayDeque<>();
    private boolean closed;

    /** Makes something, which may fail. */
    @FunctionalInterface
    interface Maker<T extends AutoCloseable, X extends Exception> {
        T make() throws X;
    }

    /**
     * Makes a thing and notes it.
     *
     * @throws CancellationException if everything was torn down already
     */
    <T extends AutoCloseable, X extends Exception> T open(Maker<T, X> maker) throws X {
        lock.lock();
        try {
            if (closed) {
                throw new CancellationException("The demo is over");
            }
            T thing = maker.make();
            made.push(thing);
            return thing;
        } finally {
            lock.unlock();
        }
    }

    /** Closes all, newest first; what one of them throws does not keep the others. A second call waits for the first. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            while (!made.isEmpty()) {
                closeQuietly(made.pop());
            }
        } finally {
            lock.unlock();
        }
    }

    private static void closeQuietly(AutoCloseable thing) {
        try {
            thing.close();
        } catch (Exception failure) {
            log.warn("Could not close {}", thing, failure);
        }
    }
}
