package dev.incumbent.election.zookeeper;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks one after the other in the order they were handed in, on the threads that hand them in, and holds them back
 * while it is shut.
 *
 * <p>It keeps events in commit order where one of them must be completed by a read first. Tasks run outside its lock.
 */
final class SerialGate {

    private static final Logger log = LoggerFactory.getLogger(SerialGate.class);

    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private int shut;
    private boolean running;

    void execute(Runnable task) {
        synchronized (tasks) {
            tasks.addLast(task);
        }
        drain();
    }

    /** Holds back everything that has not begun, until {@link #open} was called as often. */
    void shut() {
        synchronized (tasks) {
            shut++;
        }
    }

    /** Lets a task run before all that was held back, and then that. */
    void open(Runnable first) {
        synchronized (tasks) {
            shut--;
            tasks.addFirst(first);
        }
        drain();
    }

    private void drain() {
        while (true) {
            Runnable task;
            synchronized (tasks) {
                if (running || shut > 0 || tasks.isEmpty()) {
                    return;
                }
                running = true;
                task = tasks.removeFirst();
            }
            try {
                task.run();
            } catch (RuntimeException defect) {
                log.error("An event could not be handled", defect);
            } finally {
                synchronized (tasks) {
                    running = false;
                }
            }
        }
    }
}
