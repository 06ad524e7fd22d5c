package dev.incumbent.embedded.zookeeper;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs.Ids;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnsembleTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void shouldServeWritesWhenStarted(int nodes) throws Exception {
        try (EmbeddedZooKeeper ensemble = EmbeddedZooKeeper.start(nodes);
                TestClient client = new TestClient(ensemble.connectString())) {
            client.zk().create("/a", "1".getBytes(UTF_8), Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            assertThat(client.zk().getData("/a", false, null)).isEqualTo("1".getBytes(UTF_8));
            assertThat(ensemble.requestCounts().of("create")).isEqualTo(1);
        }
    }

    @Test
    void shouldKeepWritesWhenLeaderIsKilledAndReturns() throws Exception {
        try (EmbeddedZooKeeper ensemble = EmbeddedZooKeeper.start(3);
                TestClient client = new TestClient(
                        ensemble.connectString(ensemble.followers().get(0)))) {
            client.zk().create("/a", "1".getBytes(UTF_8), Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            int leader = ensemble.leader();
            ensemble.kill(leader);
            assertThat(ensemble.runningNodes()).doesNotContain(leader).hasSize(2);
            ensemble.awaitServing(PATIENCE);
            assertThat(ensemble.leader()).isNotEqualTo(leader);
            client.retrying(zk -> zk.setData("/a", "2".getBytes(UTF_8), -1));
            ensemble.restart(leader);
            ensemble.awaitServing(PATIENCE);
            try (TestClient late = new TestClient(ensemble.connectString(leader))) {
                late.sync("/a");
                assertThat(late.zk().getData("/a", false, null)).isEqualTo("2".getBytes(UTF_8));
            }
        }
    }
}
