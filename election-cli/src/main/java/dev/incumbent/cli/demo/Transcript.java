package dev.incumbent.cli.demo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/** Everything that the candidates said, in the order in which it was heard. Thread-safe. */
final class Transcript {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition grew = lock.newCondition();
    private final List<Event> events = new ArrayList<>();
    private final Set<String> mayEnd = new HashSet<>();

    void add(Event event) {
        lock.lock();
        try {
            events.add(event);
            grew.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** From now on the end of that candidate's process is no surprise. */
    void expectEndOf(String candidate) {
        lock.lock();
        try {
            mayEnd.add(candidate);
        } finally {
            lock.unlock();
        }
    }

    /** The place after everything heard so far. */
    int mark() {
        lock.lock();
        try {
            return events.size();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for the n-th event after a mark that matches.
     *
     * @param what in plain words, for the message if it does not come
     * @throws NotSeenException if the time is up, or a process ended by itself
     */
    Event await(int mark, int nth, String what, Duration timeout, Predicate<Event> matches)
            throws InterruptedException, NotSeenException {
        long deadline = System.nanoTime() + timeout.toNanos();
        int next = mark;
        int left = nth;
        lock.lock();
        try {
            while (true) {
                while (next < events.size()) {
                    Event event = events.get(next++);
                    if (matches.test(event) && --left == 0) {
                        return event;
                    }
                    if (event.is(Event.Kind.EXITED) && !mayEnd.contains(event.candidate())) {
                        throw new NotSeenException(what + ": not seen, since " + event.candidate()
                                + " ended by itself, with exit code " + event.text(0));
                    }
                }
                long remaining = deadline - System.nanoTime();
                if (remaining <= 0) {
                    throw new NotSeenException(what + ": not seen within " + Words.duration(timeout));
                }
                // Woken, late or for nothing: the loop looks again.
                long unused = grew.awaitNanos(remaining);
            }
        } finally {
            lock.unlock();
        }
    }

    Event await(int mark, String what, Duration timeout, Predicate<Event> matches)
            throws InterruptedException, NotSeenException {
        return await(mark, 1, what, timeout, matches);
    }

    /** Everything heard so far. */
    List<Event> all() {
        lock.lock();
        try {
            return List.copyOf(events);
        } finally {
            lock.unlock();
        }
    }
}
