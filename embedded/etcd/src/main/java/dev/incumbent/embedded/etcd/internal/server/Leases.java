package dev.incumbent.embedded.etcd.internal.server;

import dev.incumbent.embedded.etcd.internal.store.EtcdError;
import dev.incumbent.embedded.etcd.internal.store.EtcdMachine;
import dev.incumbent.embedded.raft.RaftException;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * One member's way to the clocks of the leader. A request that reaches a follower goes on to the leader; only once a read has
 * shown that the link between them carries, so that a member that is cut off renews nothing.
 */
final class Leases {

    private static final long RETRY_MILLIS = 50;
    private static final long ENDING_MILLIS = 10;

    private final Backend backend;
    private final Lessor lessor;
    private final ScheduledExecutorService timer;
    private final IntFunction<Leases> members;

    /**
     * For one member.
     *
     * @param members the others, by number
     */
    Leases(Backend backend, Lessor lessor, ScheduledExecutorService timer, IntFunction<Leases> members) {
        this.backend = backend;
        this.lessor = lessor;
        this.timer = timer;
        this.members = members;
    }

    /** Renews a lease: its time in seconds, or 0 if it does not exist. */
    CompletableFuture<Long> renew(long id) {
        CompletableFuture<Long> result = new CompletableFuture<>();
        renew(id, result, deadline());
        return result;
    }

    private void renew(long id, CompletableFuture<Long> result, long deadline) {
        atLeader((leader, machine) -> leader.lessor.renew(machine, id, System.nanoTime()))
                .whenComplete((renewal, failure) -> {
                    if (failure != null) {
                        again(failure, result, deadline, () -> renew(id, result, deadline));
                    } else if (renewal instanceof Lessor.Renewal.Renewed renewed) {
                        result.complete(renewed.ttlSeconds());
                    } else if (renewal instanceof Lessor.Renewal.Unknown) {
                        result.complete(0L);
                    } else {
                        later(
                                renewal instanceof Lessor.Renewal.Ending ? ENDING_MILLIS : RETRY_MILLIS,
                                result,
                                deadline,
                                () -> renew(id, result, deadline));
                    }
                });
    }

    /** Looks at a lease where its clock runs: what the state says, and how long it has. */
    <T> CompletableFuture<T> look(
            Function<EtcdMachine, T> state, BiFunction<T, OptionalLong, T> withRemaining, long id) {
        CompletableFuture<T> result = new CompletableFuture<>();
        look(state, withRemaining, id, result, deadline());
        return result;
    }

    private <T> void look(
            Function<EtcdMachine, T> state,
            BiFunction<T, OptionalLong, T> withRemaining,
            long id,
            CompletableFuture<T> result,
            long deadline) {
        this.<T>atLeader((leader, machine) -> {
                    if (!leader.lessor.leads()) {
                        throw new RaftException.Unavailable("leadership moved on");
                    }
                    return withRemaining.apply(
                            state.apply(machine), leader.lessor.remaining(machine, id, System.nanoTime()));
                })
                .whenComplete((found, failure) -> {
                    if (failure != null) {
                        again(failure, result, deadline, () -> look(state, withRemaining, id, result, deadline));
                    } else {
                        result.complete(found);
                    }
                });
    }

    /** Runs on the leader's thread, inside a read that a majority confirmed. */
    private <T> CompletableFuture<T> atLeader(BiFunction<Leases, EtcdMachine, T> action) {
        OptionalInt leader = backend.status().leader();
        if (leader.isEmpty()) {
            return CompletableFuture.failedFuture(new RaftException.Unavailable("no leader is known"));
        }
        Leases there = members.apply(leader.getAsInt());
        if (there == this) {
            return backend.readAtOnce(machine -> action.apply(this, machine));
        }
        return backend.readAtOnce(EtcdMachine::revision)
                .thenCompose(reached -> there.backend.readAtOnce(machine -> action.apply(there, machine)));
    }

    private long deadline() {
        return System.nanoTime() + backend.settings().requestTimeout().toNanos();
    }

    private void again(Throwable failure, CompletableFuture<?> result, long deadline, Runnable retry) {
        Throwable cause = Failures.cause(failure);
        if (cause instanceof RaftException) {
            later(RETRY_MILLIS, result, deadline, retry);
        } else {
            result.completeExceptionally(new CompletionException(cause));
        }
    }

    private void later(long millis, CompletableFuture<?> result, long deadline, Runnable retry) {
        if (System.nanoTime() - deadline >= 0 || !backend.status().up()) {
            result.completeExceptionally(
                    Failures.refusal(backend.status().leader().isEmpty() ? EtcdError.NO_LEADER : EtcdError.TIMEOUT));
        } else {
            Timers.after(timer, millis, retry);
        }
    }
}
