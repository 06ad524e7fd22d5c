package dev.incumbent.embedded.raft;

import static org.awaitility.Awaitility.await;

import dev.incumbent.embedded.raft.Registers.Command;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** A cluster of {@link Registers}, and the words that the stories about it are told in. */
final class Story implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(30);

    private final RaftCluster<Registers, Command, String> cluster;

    private Story(RaftCluster<Registers, Command, String> cluster) {
        this.cluster = cluster;
    }

    static Story of(int nodes) {
        return of(nodes, builder -> builder);
    }

    static Story of(int nodes, UnaryOperator<RaftClusters.Builder<Registers, Command, String>> settings) {
        return new Story(settings.apply(RaftClusters.builder(Registers.CODEC, number -> new Registers())
                        .nodes(nodes))
                .start());
    }

    RaftCluster<Registers, Command, String> cluster() {
        return cluster;
    }

    RaftNode<Registers, Command, String> node(int number) {
        return cluster.node(number);
    }

    int leader() {
        return cluster.awaitLeader(PATIENCE);
    }

    /** The leader, once every other node knows it. */
    int settledLeader() {
        await().atMost(PATIENCE).until(() -> {
            int leader = leader();
            for (int number = 1; number <= cluster.size(); number++) {
                RaftNode.Status status = node(number).status();
                if (status.up() && (status.leader().isEmpty() || status.leader().getAsInt() != leader)) {
                    return false;
                }
            }
            return true;
        });
        return leader();
    }

    /** Another node than those, the lowest. */
    int otherThan(int... numbers) {
        for (int number = 1; ; number++) {
            boolean named = false;
            for (int each : numbers) {
                named |= each == number;
            }
            if (!named) {
                return number;
            }
        }
    }

    /** The leader that others than an old one see. */
    int leaderOtherThan(int old) {
        await().atMost(PATIENCE).until(() -> {
            for (int number = 1; number <= cluster.size(); number++) {
                if (number != old && node(number).status().leads()) {
                    return true;
                }
            }
            return false;
        });
        for (int number = 1; number <= cluster.size(); number++) {
            if (number != old && node(number).status().leads()) {
                return number;
            }
        }
        return leaderOtherThan(old);
    }

    /** Cuts a node's links to all others; it goes on hearing them. */
    void mute(int node) {
        for (int other = 1; other <= cluster.size(); other++) {
            if (other != node) {
                cluster.cut(node, other);
            }
        }
    }

    /**
     * Delays all answers to a leader, step by step, so that it never misses a majority. False if it lost its office all the same.
     *
     * @param step less than its election timeout; the delay is six times this in the end
     */
    boolean slowAnswers(int leader, Duration step) {
        try {
            for (int steps = 1; steps <= 6; steps++) {
                for (int other = 1; other <= cluster.size(); other++) {
                    if (other != leader) {
                        cluster.slow(other, leader, step.multipliedBy(steps));
                    }
                }
                // Takes as long as the answers do.
                put(leader, "answers", "slower");
            }
        } catch (RaftException e) {
            return false;
        }
        return node(leader).status().leads();
    }

    String put(int node, String name, String value) {
        return get(node(node).submit(Command.put(name, value)));
    }

    String read(int node, String name) {
        return get(node(node).read(registers -> registers.get(name)));
    }

    String readLocal(int node, String name) {
        return get(node(node).readLocal(registers -> registers.get(name)));
    }

    /** Waits until a node has what everybody acknowledged, without asking it to. */
    void awaitLocal(int node, String name, String value) {
        await().atMost(PATIENCE).until(() -> {
            try {
                return readLocal(node, name).equals(value);
            } catch (RaftException.Unavailable e) {
                return false;
            }
        });
    }

    void awaitStatus(int node, Predicate<RaftNode.Status> condition) {
        await().atMost(PATIENCE).until(() -> condition.test(node(node).status()));
    }

    /** The value, or the very exception. */
    static <T> T get(CompletableFuture<T> future) {
        try {
            return future.orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    @Override
    public void close() {
        cluster.close();
    }
}
