package dev.incumbent.embedded.members;

import dev.incumbent.embedded.raft.RaftException;
import dev.incumbent.embedded.raft.RaftNode;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;

/**
 * Reads that are asked again until they are answered, or for as long as the server they stand in for holds a request without a
 * leader: an answer may be lost with the leader that was to give it. Only for what may happen twice. Any thread.
 */
public final class Rereads {

    private static final long RETRY_MILLIS = 20;

    private final RaftNode<?, ?, ?> node;
    private final ScheduledExecutorService timer;
    private final long patienceNanos;
    private final long againNanos;
    private final Set<Reread<?>> open = ConcurrentHashMap.newKeySet();

    /**
     * Begins with none.
     *
     * @param node who is asked
     * @param timer for the pauses
     * @param patience how long a read may go unanswered
     * @param again after how long without an answer it is asked again
     */
    public Rereads(RaftNode<?, ?, ?> node, ScheduledExecutorService timer, Duration patience, Duration again) {
        this.node = node;
        this.timer = timer;
        this.patienceNanos = patience.toNanos();
        this.againNanos = again.toNanos();
    }

    /**
     * Asks until there is an answer.
     *
     * @param attempt asks; fails with a {@link RaftException} where asking again may help
     * @param unanswered what to fail with if time is up
     * @param <T> the answer
     * @return the answer, on any thread
     */
    public <T> CompletableFuture<T> read(
            Supplier<? extends CompletableFuture<? extends T>> attempt, Supplier<? extends Throwable> unanswered) {
        Reread<T> reread = new Reread<>(attempt, unanswered);
        reread.ask();
        if (!reread.result.isDone()) {
            open.add(reread);
            reread.result.whenComplete((value, failure) -> open.remove(reread));
        }
        return reread.result;
    }

    /** A few times in an election timeout, on the timer's thread. */
    public void tick() {
        long now = System.nanoTime();
        open.forEach(reread -> reread.tick(now));
    }

    private final class Reread<T> {

        private final Supplier<? extends CompletableFuture<? extends T>> attempt;
        private final Supplier<? extends Throwable> unanswered;
        private final CompletableFuture<T> result = new CompletableFuture<>();
        private final long begunNanos = System.nanoTime();
        private volatile long askedNanos;

        Reread(Supplier<? extends CompletableFuture<? extends T>> attempt, Supplier<? extends Throwable> unanswered) {
            this.attempt = attempt;
            this.unanswered = unanswered;
        }

        void ask() {
            askedNanos = System.nanoTime();
            attempt.get().whenComplete((value, failure) -> {
                if (failure == null) {
                    result.complete(value);
                    return;
                }
                Throwable cause = Causes.of(failure);
                if (cause instanceof RaftException
                        && !isOverdue(System.nanoTime())
                        && node.status().up()) {
                    Timers.after(timer, RETRY_MILLIS, this::askAgain);
                } else {
                    result.completeExceptionally(cause instanceof RaftException ? unanswered.get() : cause);
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
                result.completeExceptionally(unanswered.get());
            } else if (now - askedNanos > againNanos) {
                askAgain();
            }
        }

        private boolean isOverdue(long now) {
            return now - begunNanos > patienceNanos;
        }
    }
}
