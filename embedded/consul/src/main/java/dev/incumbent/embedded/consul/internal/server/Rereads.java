package dev.incumbent.embedded.consul.internal.server;

import dev.incumbent.embedded.raft.RaftException;
import dev.incumbent.embedded.raft.RaftNode;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;

/**
 * Reads that are asked again until they are answered, or for as long as Consul holds a request without a leader: an answer may be
 * lost with the leader that was to give it. Only for what may happen twice. Any thread.
 */
final class Rereads {

    private static final long RETRY_MILLIS = 20;

    private final RaftNode<?, ?, ?> node;
    private final ScheduledExecutorService timer;
    private final long patienceNanos;
    private final long againNanos;
    private final Set<Reread<?>> open = ConcurrentHashMap.newKeySet();

    Rereads(RaftNode<?, ?, ?> node, ServerSettings settings, ScheduledExecutorService timer) {
        this.node = node;
        this.timer = timer;
        this.patienceNanos = settings.hold().toNanos();
        this.againNanos = settings.electionTimeout().toNanos();
    }

    /** Asks until there is an answer; fails with "No cluster leader" if there is none in time. */
    <T> CompletableFuture<T> read(Supplier<? extends CompletableFuture<? extends T>> attempt) {
        Reread<T> reread = new Reread<>(attempt);
        reread.ask();
        if (!reread.result.isDone()) {
            open.add(reread);
            reread.result.whenComplete((value, failure) -> open.remove(reread));
        }
        return reread.result;
    }

    /** A few times in an election timeout, on the timer's thread. */
    void tick() {
        long now = System.nanoTime();
        open.forEach(reread -> reread.tick(now));
    }

    private final class Reread<T> {

        private final Supplier<? extends CompletableFuture<? extends T>> attempt;
        private final CompletableFuture<T> result = new CompletableFuture<>();
        private final long begunNanos = System.nanoTime();
        private volatile long askedNanos;

        Reread(Supplier<? extends CompletableFuture<? extends T>> attempt) {
            this.attempt = attempt;
        }

        void ask() {
            askedNanos = System.nanoTime();
            attempt.get().whenComplete((value, failure) -> {
                if (failure == null) {
                    result.complete(value);
                    return;
                }
                Throwable cause = Failures.cause(failure);
                if (cause instanceof RaftException
                        && !isOverdue(System.nanoTime())
                        && node.status().up()) {
                    Timers.after(timer, RETRY_MILLIS, this::askAgain);
                } else {
                    result.completeExceptionally(cause instanceof RaftException ? unanswered() : cause);
                }
            });
        }

        private void askAgain() {
            if (!result.isDone()) {
                ask();
            }
        }

        void tick(long now) {
            if (isOverdue(now)) {
                result.completeExceptionally(unanswered());
            } else if (now - askedNanos > againNanos) {
                askAgain();
            }
        }

        private boolean isOverdue(long now) {
            return now - begunNanos > patienceNanos;
        }

        private Throwable unanswered() {
            return HttpFailure.internal(Failures.NO_LEADER);
        }
    }
}
