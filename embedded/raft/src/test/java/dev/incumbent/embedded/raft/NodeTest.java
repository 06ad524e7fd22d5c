package dev.incumbent.embedded.raft;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.incumbent.embedded.raft.Registers.Command;
import io.microraft.QueryPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node tells, when it stops itself, and what a cluster refuses. */
class NodeTest {

    /** Writes down what it is told, and where. */
    private static final class Told implements RaftNode.Listener<Registers> {
        private final List<RaftNode.Status> statuses = new CopyOnWriteArrayList<>();
        private final List<String> atLeadership = new CopyOnWriteArrayList<>();
        private final List<Long> indices = new CopyOnWriteArrayList<>();
        private final List<String> threads = new CopyOnWriteArrayList<>();
        private volatile String value = Registers.NONE;
        private volatile int stops;

        @Override
        public void changed(RaftNode.Status status) {
            threads.add(Thread.currentThread().getName());
            statuses.add(status);
            if (status.leads()) {
                atLeadership.add(value);
            }
        }

        @Override
        public void applied(Registers registers, long index) {
            threads.add(Thread.currentThread().getName());
            indices.add(index);
            value = registers.get("x");
        }

        @Override
        @SuppressWarnings("NonAtomicVolatileUpdate") // one thread at a time writes it
        public void stopped() {
            stops++;
        }
    }

    @Test
    void shouldTellANewLeaderOnlyWhenItHasEverythingAcknowledged() {
        try (Story story = Story.of(3)) {
            List<Told> told = new ArrayList<>();
            for (int number = 1; number <= 3; number++) {
                told.add(new Told());
                story.node(number).addListener(told.get(number - 1));
            }
            int first = story.settledLeader();
            for (int i = 1; i <= 20; i++) {
                story.put(first, "x", "" + i);
            }
            story.cluster().kill(first);
            assertThat(told.get(first - 1).stops).isEqualTo(1);
            int second = story.leader();
            await().atMost(Story.PATIENCE)
                    .until(() -> !told.get(second - 1).atLeadership.isEmpty());
            assertThat(told.get(second - 1).atLeadership).containsOnly("20");
            story.put(second, "x", "21");

            story.cluster().restart(first);
            story.awaitLocal(first, "x", "21");
            assertThat(told.get(first - 1).value)
                    .as("listeners survive a restart")
                    .isEqualTo("21");
            assertThat(told.get(second - 1).indices).isSorted().doesNotHaveDuplicates();
            assertThat(told.get(second - 1).threads).containsOnly("raft-" + second);
            RaftNode.Status last = story.node(second).status();
            assertThat(last.committed()).isGreaterThanOrEqualTo(23);
            assertThat(last.applied()).isEqualTo(last.committed());
            assertThat(last.logBytes()).isPositive();
        }
    }

    @Test
    void shouldTellALeaderThatItHasLostItsMajority() {
        try (Story story = Story.of(3)) {
            int old = story.settledLeader();
            Told told = new Told();
            story.node(old).addListener(told);
            story.cluster().isolate(old);
            await().atMost(Story.PATIENCE).until(() -> !told.statuses.isEmpty());
            assertThat(told.statuses.get(0).leads()).isFalse();
        }
    }

    @Test
    void shouldGoOnWhenAListenerThrows() {
        try (Story story = Story.of(1)) {
            story.leader();
            story.node(1).addListener(new RaftNode.Listener<>() {
                @Override
                public void applied(Registers registers, long index) {
                    throw new IllegalStateException("thrown on purpose");
                }
            });
            story.put(1, "x", "1");
            assertThat(story.put(1, "x", "2")).isEqualTo("1");
        }
    }

    @Test
    void shouldPassOnWhatAReadThrows() {
        try (Story story = Story.of(1)) {
            story.leader();
            CompletableFuture<String> read = story.node(1).read(registers -> {
                throw new ArithmeticException("thrown on purpose");
            });
            assertThatThrownBy(() -> Story.get(read)).isInstanceOf(ArithmeticException.class);
            assertThat(story.put(1, "x", "1")).isEqualTo(Registers.NONE);
        }
    }

    @Test
    void shouldStopANodeWhoseDiskFails() {
        List<LogStore> stores = new CopyOnWriteArrayList<>();
        Settings.Seams seams = new Settings.Seams(
                store -> {
                    stores.add((LogStore) store);
                    return store;
                },
                QueryPolicy.LINEARIZABLE);
        try (Story story = Story.of(3, builder -> builder.seams(seams))) {
            int leader = story.settledLeader();
            story.put(leader, "x", "1");
            Told told = new Told();
            story.node(leader).addListener(told);
            closeQuietly(stores.get(leader - 1));
            CompletableFuture<String> write = story.node(leader).submit(Command.put("x", "2"));
            assertThatThrownBy(() -> Story.get(write)).isInstanceOf(RaftException.Indeterminate.class);
            story.awaitStatus(leader, status -> !status.up());
            await().atMost(Story.PATIENCE).until(() -> told.stops == 1);

            int next = story.leaderOtherThan(leader);
            assertThat(story.put(next, "x", "3")).isIn("1", "2");
            story.cluster().restart(leader);
            story.awaitLocal(leader, "x", "3");
        }
    }

    private static void closeQuietly(LogStore store) {
        try {
            store.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Fails at one command, on every node. */
    private static final class Fragile implements StateMachine<String, String> {
        @Override
        public String apply(long index, long term, String command) {
            if (command.equals("poison")) {
                throw new IllegalArgumentException("thrown on purpose");
            }
            return command;
        }

        @Override
        public List<byte[]> snapshot() {
            return List.of();
        }

        @Override
        public void restore(long index, List<byte[]> snapshot) {}
    }

    private static final CommandCodec<String> STRINGS = new CommandCodec<>() {
        @Override
        public byte[] encode(String command) {
            return command.getBytes(UTF_8);
        }

        @Override
        public String decode(byte[] bytes) {
            return new String(bytes, UTF_8);
        }
    };

    @Test
    void shouldStopANodeWhoseStateMachineFails() {
        try (RaftCluster<Fragile, String, String> cluster = RaftClusters.builder(STRINGS, number -> new Fragile())
                .nodes(3)
                .snapshotEvery(2)
                .requestTimeout(Duration.ofSeconds(3))
                .start()) {
            int leader = cluster.awaitLeader(Story.PATIENCE);
            for (int i = 0; i < 9; i++) {
                assertThat(Story.get(cluster.node(leader).submit("fine"))).isEqualTo("fine");
            }
            CompletableFuture<String> poisoned = cluster.node(leader).submit("poison");
            assertThatThrownBy(() -> Story.get(poisoned)).isInstanceOf(RaftException.Indeterminate.class);
            await().atMost(Story.PATIENCE)
                    .until(() -> !cluster.node(leader).status().up());
        }
    }

    @Test
    void shouldRefuseToRestartANodeWhoseLogIsDamaged(@TempDir Path directory) throws IOException {
        try (Story story = Story.of(3, builder -> builder.directory(directory))) {
            int leader = story.settledLeader();
            int damaged = story.otherThan(leader);
            for (int i = 1; i <= 20; i++) {
                story.put(leader, "x", "" + i);
            }
            story.cluster().kill(damaged);
            Path log = directory.resolve("node-" + damaged).resolve("log");
            byte[] bytes = Files.readAllBytes(log);
            bytes[bytes.length / 2] ^= 1;
            Files.write(log, bytes);
            assertThatThrownBy(() -> story.cluster().restart(damaged))
                    .isInstanceOf(RaftStoreException.class)
                    .hasMessageContaining("acknowledged commands may be lost");
            assertThat(story.node(damaged).status().up()).isFalse();
            assertThat(story.put(leader, "x", "21")).isEqualTo("20");
            bytes[bytes.length / 2] ^= 1;
            Files.write(log, bytes);
            story.cluster().restart(damaged);
            story.awaitLocal(damaged, "x", "21");
        }
    }

    @Test
    void shouldLeaveNothingBehindWhenClosed(@TempDir Path parent) throws IOException {
        Story story = Story.of(3, builder -> builder.name("leaves-nothing"));
        story.settledLeader();
        CompletableFuture<String> write = story.node(1).submit(Command.put("x", "1"));
        story.close();
        story.close();
        assertThat(write).isDone();
        assertThatThrownBy(() -> story.put(1, "x", "2")).isInstanceOf(RaftException.Unavailable.class);
        assertThatThrownBy(() -> story.cluster().restart(1)).isInstanceOf(IllegalStateException.class);
        assertThat(story.cluster().leader()).isEmpty();
        await().atMost(Story.PATIENCE).until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("leaves-nothing")));

        try (Story kept = Story.of(1, builder -> builder.directory(parent))) {
            kept.leader();
        }
        assertThat(parent.resolve("node-1").resolve("log")).exists();
    }

    @Test
    void shouldRefuseSettingsThatCannotWork() {
        Consumer<Consumer<RaftClusters.Builder<Registers, Command, String>>> refused =
                setting -> assertThatThrownBy(() -> {
                            var builder = RaftClusters.builder(Registers.CODEC, number -> new Registers());
                            setting.accept(builder);
                            builder.start().close();
                        })
                        .isInstanceOf(IllegalArgumentException.class);
        refused.accept(builder -> builder.nodes(2));
        refused.accept(builder -> builder.nodes(0));
        refused.accept(builder -> builder.heartbeat(Duration.ZERO));
        refused.accept(builder -> builder.heartbeat(Duration.ofMillis(100)).electionTimeout(Duration.ofMillis(150)));
        refused.accept(builder -> builder.snapshotEvery(0));
        refused.accept(builder -> builder.requestTimeout(Duration.ofMillis(-1)));
    }
}
