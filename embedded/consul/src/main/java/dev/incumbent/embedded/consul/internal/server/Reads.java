package dev.incumbent.embedded.consul.internal.server;

import dev.incumbent.embedded.consul.internal.store.ConsulMachine;
import io.netty.channel.EventLoopGroup;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Answers queries, at once or when there is something new.
 *
 * <p>A query that is not stale begins with a read that a majority confirmed, by default as well as with {@code ?consistent}: Consul
 * trusts its leader's lease by default. What wakes a parked query is a commit that came after that read, so the answer was the
 * newest state at some instant between request and answer, and needs no other round. When its time is up without a change,
 * {@code ?consistent} confirms once more; otherwise the answer says what this member has.
 */
final class Reads {

    private static final long JITTER_FRACTION = 16;

    private final Backend backend;
    private final Waiters waiters;
    private final EventLoopGroup eventLoops;

    Reads(Backend backend, Waiters waiters, EventLoopGroup eventLoops) {
        this.backend = backend;
        this.waiters = waiters;
        this.eventLoops = eventLoops;
    }

    CompletableFuture<Response> ask(Request request, QueryOptions options, Query query) {
        Parked parked = new Parked(query, options.index());
        Function<ConsulMachine, Boolean> firstLook = machine -> {
            if (!parked.look(machine)) {
                park(parked, machine, options);
            }
            return true;
        };
        request.gone().thenRun(() -> parked.answer().completeExceptionally(new CancellationException()));
        (options.stale() ? backend.readLocal(firstLook) : backend.read(firstLook)).exceptionally(failure -> {
            parked.answer().completeExceptionally(Failures.http(failure));
            return false;
        });
        return parked.answer()
                .whenComplete((answer, failure) -> leave(parked))
                .thenApplyAsync(answer -> withContact(answer.get(), options.stale()), eventLoops.next());
    }

    /**
     * Its time begins here, and not with the request: what was never looked at must not be answered because time is up. On the node's
     * thread.
     */
    private void park(Parked parked, ConsulMachine machine, QueryOptions options) {
        waiters.remove(parked);
        parked.settle(machine);
        waiters.add(parked);
        if (parked.timer() == null) {
            parked.timer(startTimer(parked, options));
        }
        if (parked.answer().isDone()) {
            // Given up meanwhile, on another thread.
            leave(parked);
        }
    }

    private void leave(Parked parked) {
        waiters.remove(parked);
        Future<?> timer = parked.timer();
        if (timer != null) {
            timer.cancel(false);
        }
    }

    private Future<?> startTimer(Parked parked, QueryOptions options) {
        long nanos = options.waitNanos();
        long jitter = ThreadLocalRandom.current().nextLong(Math.max(1, nanos / JITTER_FRACTION));
        return eventLoops.next().schedule(() -> timeIsUp(parked, options), nanos + jitter, TimeUnit.NANOSECONDS);
    }

    private void timeIsUp(Parked parked, QueryOptions options) {
        Function<ConsulMachine, Boolean> lastLook = machine -> {
            parked.answerNow(machine);
            return true;
        };
        (options.consistent() ? backend.read(lastLook) : backend.readLocal(lastLook)).exceptionally(failure -> {
            parked.answer().completeExceptionally(Failures.http(failure));
            return false;
        });
    }

    /** Adds what a client is told about how old the answer may be. */
    Response withContact(Response response, boolean stale) {
        boolean knownLeader = backend.status().leader().isPresent();
        long millis = stale || !knownLeader ? backend.lastContactMillis() : 0;
        return response.with("X-Consul-Knownleader", String.valueOf(knownLeader))
                .with("X-Consul-Lastcontact", String.valueOf(millis));
    }
}
