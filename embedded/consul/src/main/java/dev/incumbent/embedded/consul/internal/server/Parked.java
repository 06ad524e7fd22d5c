package dev.incumbent.embedded.consul.internal.server;

import dev.incumbent.embedded.consul.internal.store.ConsulMachine;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One query that waits, until it is answered or given up. Any thread, but where it says otherwise. */
final class Parked {

    private static final Scope NOWHERE = new Scope.Key("");

    private final Query query;
    private volatile Scope scope = NOWHERE;
    private final long seenIndex;

    private volatile @Nullable Future<?> timer;

    /** When it was looked at last; 0 if it never was. On the node's thread. */
    private long parkedIndex;

    /** Completed once, on the node's thread or by whoever gives up. */
    private final CompletableFuture<Supplier<Response>> answer = new CompletableFuture<>();

    /**
     * Not parked yet.
     *
     * @param seenIndex the index that the client has seen; 0 if it does not want to wait
     */
    Parked(Query query, long seenIndex) {
        this.query = query;
        this.seenIndex = seenIndex;
    }

    /** What it waits for, once it does. */
    Scope scope() {
        return scope;
    }

    /** What ends its wait; null before it waits. */
    @Nullable
    Future<?> timer() {
        return timer;
    }

    void timer(Future<?> started) {
        timer = started;
    }

    /** Decides what to wait for. On the node's thread, before it is found by changes. */
    void settle(ConsulMachine machine) {
        scope = query.scope().apply(machine);
    }

    /** What it is answered with. Fails if it was given up. */
    CompletableFuture<Supplier<Response>> answer() {
        return answer;
    }

    /** Answers if there is something that the client has not seen. On the node's thread. */
    boolean look(ConsulMachine machine) {
        if (answer.isDone()) {
            return true;
        }
        long index = indexOf(machine);
        boolean fresh = seenIndex == 0 || Long.compareUnsigned(index, seenIndex) > 0;
        if (fresh) {
            answer(machine, index);
        } else {
            parkedIndex = index;
        }
        return fresh;
    }

    /**
     * Answers with what there is, since its time is up. Nothing that concerns it has changed since it was looked at last, so the
     * index of then still tells what it is told; so does Consul. On the node's thread.
     */
    void answerNow(ConsulMachine machine) {
        answer(machine, parkedIndex);
    }

    private void answer(ConsulMachine machine, long atIndex) {
        String index = Long.toUnsignedString(atIndex);
        Supplier<Response> content = query.content().apply(machine);
        answer.complete(() -> content.get().with("X-Consul-Index", index));
    }

    /** Never 0, which would mean to a client that it need not wait. */
    private long indexOf(ConsulMachine machine) {
        return Math.max(1, query.index().applyAsLong(machine));
    }
}
