package dev.incumbent.embedded.consul.internal.server;

import dev.incumbent.embedded.consul.internal.store.ConsulMachine;
import dev.incumbent.embedded.raft.RaftException;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;

/**
 * One member's way to what only the leader knows: its clocks. A request that reaches a follower goes on to the leader; only once a
 * read has shown that the link between them carries, so that a member that is cut off changes nothing.
 */
final class Leaders {

    /**
     * What a member keeps beside its state. Used on its node's thread.
     *
     * @param backend its way to its state
     * @param clocks when sessions are over
     * @param delays which locks must not be taken
     */
    record Member(Backend backend, SessionClocks clocks, LockDelays delays) {}

    /** The members of a cluster, by number. */
    static final class Registry {
        private final Map<Integer, Member> members = new ConcurrentHashMap<>();

        void add(Member member) {
            members.put(member.backend().number(), member);
        }
    }

    private final Member own;
    private final Registry registry;

    Leaders(Member own, Registry registry) {
        this.own = own;
        this.registry = registry;
    }

    /**
     * Runs on the leader's thread, inside a read that a majority confirmed; as often as it throws
     * {@link RaftException.Unavailable}, until the time that a request is held is over.
     */
    <T> CompletableFuture<T> ask(BiFunction<Member, ConsulMachine, T> action) {
        return own.backend().repeatedly(() -> askOnce(action));
    }

    private <T> CompletableFuture<T> askOnce(BiFunction<Member, ConsulMachine, T> action) {
        OptionalInt leader = own.backend().status().leader();
        Member there = leader.isPresent() ? registry.members.get(leader.getAsInt()) : null;
        if (there == null) {
            return CompletableFuture.failedFuture(new RaftException.Unavailable("no leader is known"));
        }
        if (leader.getAsInt() == own.backend().number()) {
            return own.backend().readAtOnce(machine -> onLeader(action, own, machine));
        }
        return own.backend().readAtOnce(ConsulMachine::keysIndex).thenCompose(reached -> there.backend()
                .readAtOnce(machine -> onLeader(action, there, machine)));
    }

    private static <T> T onLeader(BiFunction<Member, ConsulMachine, T> action, Member member, ConsulMachine machine) {
        if (!member.clocks().leads()) {
            throw new RaftException.Unavailable("leadership moved on");
        }
        return action.apply(member, machine);
    }
}
