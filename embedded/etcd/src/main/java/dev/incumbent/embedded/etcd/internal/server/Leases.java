package dev.incumbent.embedded.etcd.internal.server;

import dev.incumbent.embedded.etcd.internal.store.EtcdMachine;
import dev.incumbent.embedded.raft.RaftException;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.IntFunction;

/**
 * One member's way to the clocks of the leader. A request that reaches a follower goes on to the leader; only once a read has
 * shown that the link between them carries, so that a member that is cut off renews nothing.
 */
final class Leases {

    private final Backend backend;
    private final Lessor lessor;
    private final IntFunction<Leases> members;

    /**
     * For one member.
     *
     * @param members the others, by number
     */
    Leases(Backend backend, Lessor lessor, IntFunction<Leases> members) {
        this.backend = backend;
        this.lessor = lessor;
        this.members = members;
    }

    /** Renews a lease: its time in seconds, or 0 if it does not exist. */
    CompletableFuture<Long> renew(long id) {
        return atLeader((leader, machine) -> {
            Lessor.Renewal renewal = leader.lessor.renew(machine, id, System.nanoTime());
            if (renewal instanceof Lessor.Renewal.Renewed renewed) {
                return renewed.ttlSeconds();
            }
            if (renewal instanceof Lessor.Renewal.Unknown) {
                return 0L;
            }
            throw new RaftException.Unavailable("the lease is about to end, or leadership moved on");
        });
    }

    /** Looks at a lease where its clock runs: what the state says, and how long it has; nothing if it does not exist. */
    <T> CompletableFuture<T> look(long id, BiFunction<EtcdMachine, OptionalLong, T> state) {
        return atLeader((leader, machine) -> {
            if (!leader.lessor.leads()) {
                throw new RaftException.Unavailable("leadership moved on");
            }
            return state.apply(machine, leader.lessor.remaining(machine, id, System.nanoTime()));
        });
    }

    private <T> CompletableFuture<T> atLeader(BiFunction<Leases, EtcdMachine, T> action) {
        return backend.repeatedly(() -> onceAtLeader(action));
    }

    /** Runs on the leader's thread, inside a read that a majority confirmed. */
    private <T> CompletableFuture<T> onceAtLeader(BiFunction<Leases, EtcdMachine, T> action) {
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
}
