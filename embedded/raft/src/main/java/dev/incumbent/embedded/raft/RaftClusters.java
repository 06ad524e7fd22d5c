package dev.incumbent.embedded.raft;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Makes clusters.
 *
 * <pre>{@code
 * try (RaftCluster<Register, Command, Reply> cluster =
 *         RaftClusters.builder(codec, number -> new Register()).nodes(3).start()) {
 *     int leader = cluster.awaitLeader(Duration.ofSeconds(5));
 *     Reply reply = cluster.node(leader).submit(command).join();
 * }
 * }</pre>
 */
public final class RaftClusters {

    private RaftClusters() {}

    /**
     * Begins a cluster of three nodes in a temporary directory, with an election timeout of 400 ms.
     *
     * @param codec writes commands to the log; called by several threads at a time
     * @param machines makes an empty state machine for the node with a number; called at each of its starts
     * @param <M> the state machine
     * @param <C> a command
     * @param <R> a reply
     * @return the builder
     */
    public static <M extends StateMachine<C, R>, C, R> Builder<M, C, R> builder(
            CommandCodec<C> codec, IntFunction<M> machines) {
        return new Builder<>(codec, machines);
    }

    /**
     * What a cluster is to be like. Not thread-safe.
     *
     * @param <M> the state machine
     * @param <C> a command
     * @param <R> a reply
     */
    public static final class Builder<M extends StateMachine<C, R>, C, R> {

        private final CommandCodec<C> codec;
        private final IntFunction<M> machines;
        private int nodes = 3;
        private @Nullable Path directory;
        private Duration heartbeat = Duration.ofMillis(50);
        private Duration electionTimeout = Duration.ofMillis(400);
        private int snapshotEvery = 10_000;
        private boolean fsync = true;
        private Duration requestTimeout = Duration.ofSeconds(5);
        private String name = "raft";
        private Settings.Seams seams = Settings.Seams.NONE;

        private Builder(CommandCodec<C> codec, IntFunction<M> machines) {
            this.codec = requireNonNull(codec, "codec");
            this.machines = requireNonNull(machines, "machines");
        }

        /**
         * How many nodes.
         *
         * @param newNodes 1, 3 or 5
         * @return this
         */
        public Builder<M, C, R> nodes(int newNodes) {
            if (newNodes != 1 && newNodes != 3 && newNodes != 5) {
                throw new IllegalArgumentException("1, 3 or 5 nodes, not " + newNodes);
            }
            nodes = newNodes;
            return this;
        }

        /**
         * Where logs and snapshots are kept, so that a later cluster of the same size takes them up again. Without it: a
         * temporary directory that goes when the cluster is closed.
         *
         * @param newDirectory made if missing
         * @return this
         */
        public Builder<M, C, R> directory(Path newDirectory) {
            directory = requireNonNull(newDirectory, "directory");
            return this;
        }

        /**
         * How often a leader shows itself. Default: 50 ms.
         *
         * @param newHeartbeat at least 1 ms
         * @return this
         */
        public Builder<M, C, R> heartbeat(Duration newHeartbeat) {
            heartbeat = atLeastOneMillisecond(newHeartbeat, "heartbeat");
            return this;
        }

        /**
         * After how long without a leader the others elect one; and after how long without a majority a leader steps down.
         * Rounded up to whole heartbeats. Default: 400 ms. A new leader is there a heartbeat or two later.
         *
         * @param newElectionTimeout at least two heartbeats
         * @return this
         */
        public Builder<M, C, R> electionTimeout(Duration newElectionTimeout) {
            electionTimeout = atLeastOneMillisecond(newElectionTimeout, "election timeout");
            return this;
        }

        /**
         * After how many log entries each node takes a snapshot and drops the log before it. Default: 10,000. After 16 MiB of
         * log it does so in any case. A tenth of this many entries stay in memory for nodes that lag.
         *
         * @param commands at least 1
         * @return this
         */
        public Builder<M, C, R> snapshotEvery(int commands) {
            if (commands < 1) {
                throw new IllegalArgumentException("a snapshot at least every command, not every " + commands);
            }
            snapshotEvery = commands;
            return this;
        }

        /**
         * Whether to wait for the device before anything is acknowledged. Default: true. Without it, what was acknowledged
         * survives {@code kill -9} of this JVM, but not a crash of the machine: only where durability is not under test.
         *
         * @param newFsync whether to wait
         * @return this
         */
        public Builder<M, C, R> fsync(boolean newFsync) {
            fsync = newFsync;
            return this;
        }

        /**
         * How long a request waits before it fails. Default: 5 s.
         *
         * @param newRequestTimeout at least 1 ms
         * @return this
         */
        public Builder<M, C, R> requestTimeout(Duration newRequestTimeout) {
            requestTimeout = atLeastOneMillisecond(newRequestTimeout, "request timeout");
            return this;
        }

        /**
         * A name for threads, log lines and error messages. Default: "raft".
         *
         * @param newName the name
         * @return this
         */
        public Builder<M, C, R> name(String newName) {
            name = requireNonNull(newName, "name");
            return this;
        }

        Builder<M, C, R> seams(Settings.Seams newSeams) {
            seams = newSeams;
            return this;
        }

        /**
         * Starts the nodes, from what their directories hold. Returns before there is a leader:
         * {@link RaftCluster#awaitLeader}.
         *
         * @return the cluster, to be closed
         * @throws RaftStoreException if the directory cannot be used
         */
        public RaftCluster<M, C, R> start() {
            if (electionTimeout.compareTo(heartbeat.multipliedBy(2)) < 0) {
                throw new IllegalArgumentException(
                        "an election timeout of two heartbeats at least, not " + electionTimeout + " at " + heartbeat);
            }
            long beats = electionTimeout.plus(heartbeat).minusNanos(1).dividedBy(heartbeat);
            Settings settings = new Settings(
                    name,
                    nodes,
                    directory == null ? temporary() : directory,
                    directory == null,
                    heartbeat,
                    heartbeat.multipliedBy(beats),
                    snapshotEvery,
                    fsync,
                    requestTimeout,
                    seams);
            Cluster<M, C, R> cluster = new Cluster<>(settings, codec, machines);
            cluster.start();
            return cluster;
        }

        private static Path temporary() {
            try {
                // By its process's id, whoever finds one that a killed process left can tell.
                return Files.createTempDirectory(
                        "raft-" + ProcessHandle.current().pid() + "-");
            } catch (IOException e) {
                throw new RaftStoreException("cannot make a temporary directory", e);
            }
        }

        private static Duration atLeastOneMillisecond(Duration duration, String what) {
            if (duration.compareTo(Duration.ofMillis(1)) < 0) {
                throw new IllegalArgumentException(what + " of at least 1 ms, not " + duration);
            }
            return duration;
        }
    }
}
