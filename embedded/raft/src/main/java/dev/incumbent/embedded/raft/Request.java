package dev.incumbent.embedded.raft;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/**
 * A request that somebody waits for. It ends once, by whoever comes first: the node's thread, the timer or the node's end.
 *
 * @param <T> what is waited for
 */
class Request<T> {

    private enum Phase {
        /** The node's thread has not come to it; it can be withdrawn without a trace. */
        QUEUED,
        /** It may have left the node. */
        SENT,
        DONE
    }

    private final long number;
    private final long deadline;
    private final Function<String, RaftException> lost;
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.QUEUED);
    private final CompletableFuture<T> future = new CompletableFuture<>();

    /** @param lost what is known when a request that was sent gets no answer */
    Request(long number, long deadline, Function<String, RaftException> lost) {
        this.number = number;
        this.deadline = deadline;
        this.lost = lost;
    }

    long number() {
        return number;
    }

    CompletableFuture<T> future() {
        return future;
    }

    boolean isDone() {
        return phase.get() == Phase.DONE;
    }

    boolean isOverdue(long now) {
        return deadline - now <= 0;
    }

    /** False if it ended while it was queued: then it must not be sent. */
    boolean send() {
        return phase.compareAndSet(Phase.QUEUED, Phase.SENT);
    }

    void complete(T value) {
        if (phase.getAndSet(Phase.DONE) != Phase.DONE) {
            future.complete(value);
        }
    }

    /** The request certainly has no effect and never will have one. */
    void refuse(String why) {
        fail(new RaftException.Unavailable(why));
    }

    void fail(Throwable cause) {
        if (phase.getAndSet(Phase.DONE) != Phase.DONE) {
            future.completeExceptionally(cause);
        }
    }

    /** Nothing more will be heard of it. */
    void abandon(String why) {
        Phase before = phase.getAndSet(Phase.DONE);
        if (before == Phase.QUEUED) {
            future.completeExceptionally(new RaftException.Unavailable(why + "; it was not sent"));
        } else if (before == Phase.SENT) {
            future.completeExceptionally(lost.apply(why));
        }
    }
}
