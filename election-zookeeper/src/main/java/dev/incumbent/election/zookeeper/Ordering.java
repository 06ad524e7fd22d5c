package dev.incumbent.election.zookeeper;

import dev.incumbent.election.spi.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.zookeeper.OpResult;

/**
 * Puts reads behind barriers, many behind one.
 *
 * <p>A read is sent right after a barrier that was sent after the read was asked for, so it shows everything that was
 * committed before. What is asked for while a barrier is under way waits for the next one: after a reconnect, a thousand
 * elections look where they stand at the cost of a few commits instead of a thousand.
 */
final class Ordering {

    private final Object lock = new Object();
    private List<Read> waiting = new ArrayList<>();
    private boolean underWay;

    private interface Read {
        void send(CompletableFuture<Reply<List<OpResult>>> barrier);
    }

    /** Sends reads behind a barrier; the barrier's failure is theirs. */
    <T> CompletableFuture<Outcome<T>> behind(
            Supplier<CompletableFuture<Reply<List<OpResult>>>> barrier, Supplier<CompletableFuture<Outcome<T>>> reads) {
        CompletableFuture<Outcome<T>> result = new CompletableFuture<>();
        Read read = order -> reads.get()
                .thenAcceptBoth(
                        order,
                        (outcome, passed) -> result.complete(
                                KeeperErrors.passedQuorum(passed) ? outcome : KeeperErrors.read(passed)));
        synchronized (lock) {
            waiting.add(read);
            if (underWay) {
                return result;
            }
            underWay = true;
        }
        sendAll(barrier);
        return result;
    }

    private void sendAll(Supplier<CompletableFuture<Reply<List<OpResult>>>> barrier) {
        List<Read> batch;
        synchronized (lock) {
            if (waiting.isEmpty()) {
                underWay = false;
                return;
            }
            batch = waiting;
            waiting = new ArrayList<>();
        }
        CompletableFuture<Reply<List<OpResult>>> order = barrier.get();
        batch.forEach(read -> read.send(order));
        order.thenAccept(passed -> sendAll(barrier));
    }
}
