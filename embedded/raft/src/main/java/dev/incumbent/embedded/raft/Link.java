package dev.incumbent.embedded.raft;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** One direction between two nodes. Keeps the order, also across changes of the delay; loses what is under way when cut. */
final class Link {

    private record UnderWay(long arrives, Message message) {}

    private final ScheduledExecutorService timer;
    private final Consumer<Message> delivery;
    private final Deque<UnderWay> underWay = new ArrayDeque<>();
    private boolean cut;
    private long delayNanos;

    Link(ScheduledExecutorService timer, Consumer<Message> delivery) {
        this.timer = timer;
        this.delivery = delivery;
    }

    synchronized void send(Message message) {
        if (cut) {
            return;
        }
        if (delayNanos == 0 && underWay.isEmpty()) {
            delivery.accept(message);
            return;
        }
        long arrives = System.nanoTime() + delayNanos;
        UnderWay last = underWay.peekLast();
        underWay.add(new UnderWay(last == null ? arrives : Math.max(arrives, last.arrives), message));
        if (last == null) {
            scheduleArrival(arrives);
        }
    }

    synchronized void cut() {
        cut = true;
        underWay.clear();
    }

    synchronized void slow(long nanos) {
        delayNanos = nanos;
    }

    synchronized void heal() {
        cut = false;
        delayNanos = 0;
        underWay.forEach(message -> delivery.accept(message.message));
        underWay.clear();
    }

    private synchronized void arrive() {
        long now = System.nanoTime();
        UnderWay first = underWay.peek();
        while (first != null && first.arrives - now <= 0) {
            underWay.remove();
            delivery.accept(first.message);
            first = underWay.peek();
        }
        if (first != null) {
            scheduleArrival(first.arrives);
        }
    }

    private void scheduleArrival(long at) {
        try {
            timer.schedule(this::arrive, at - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // The cluster closes: nothing arrives any more.
        }
    }
}
