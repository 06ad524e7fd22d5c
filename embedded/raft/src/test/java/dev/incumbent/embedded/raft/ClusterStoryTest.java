package dev.incumbent.embedded.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.incumbent.embedded.raft.Registers.Command;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ClusterStoryTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static RaftClusters.Builder<Registers, Command, String> three() {
        return RaftClusters.builder(Registers.CODEC, number -> new Registers()).nodes(3);
    }

    private static String put(RaftNode<Registers, Command, String> node, String value) throws Exception {
        return node.submit(Command.put("x", value)).get(20, TimeUnit.SECONDS);
    }

    private static String read(RaftNode<Registers, Command, String> node) throws Exception {
        return node.read(registers -> registers.get("x")).get(20, TimeUnit.SECONDS);
    }

    @Test
    void shouldGoOnWithTheOthersWhenTheLeaderIsKilled() throws Exception {
        try (var cluster = three().start()) {
            int first = cluster.awaitLeader(PATIENCE);
            assertThat(put(cluster.node(first), "1")).isEqualTo(Registers.NONE);
            for (int number = 1; number <= 3; number++) {
                assertThat(read(cluster.node(number))).isEqualTo("1");
            }

            cluster.kill(first);
            int second = cluster.awaitLeader(PATIENCE);
            assertThat(second).isNotEqualTo(first);
            assertThat(put(cluster.node(second), "2")).isEqualTo("1");

            cluster.restart(first);
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(
                            cluster.node(first).readLocal(r -> r.get("x")).get(5, TimeUnit.SECONDS))
                    .isEqualTo("2"));
            await().atMost(PATIENCE)
                    .until(() -> cluster.node(first).status().leader().isPresent());
            assertThat(put(cluster.node(first), "3")).isEqualTo("2");
            assertThat(read(cluster.node(first))).isEqualTo("3");
            assertThatThrownBy(() -> cluster.restart(first)).isInstanceOf(IllegalStateException.class);
        }
    }
}
