package dev.incumbent.embedded.zookeeper;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.data.Stat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnsembleTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 5})
    void shouldServeWritesWhenStarted(int nodes) throws Exception {
        try (EmbeddedZooKeeper ensemble = EmbeddedZooKeeper.start(nodes);
                TestClient client = new TestClient(ensemble.connectString());
                TestClient direct = new TestClient(ensemble.directConnectString())) {
            client.create("/a", "1");
            direct.sync("/a");
            assertThat(direct.read("/a")).isEqualTo("1");
            assertThat(ensemble.nodes()).hasSize(nodes);
            assertThat(ensemble.followers()).hasSize(nodes - 1).doesNotContain(ensemble.leader());
        }
    }

    @Test
    void shouldKeepDataWhenTheDirectoryIsGivenAgain(@TempDir Path directory) throws Exception {
        try (EmbeddedZooKeeper ensemble =
                        quick(1).directory(directory).durable(true).start();
                TestClient client = new TestClient(ensemble.connectString())) {
            client.create("/kept", "1");
        }
        assertThat(Files.exists(directory.resolve("node-1"))).isTrue();
        try (EmbeddedZooKeeper ensemble = quick(1).directory(directory).start();
                TestClient client = new TestClient(ensemble.connectString())) {
            assertThat(client.read("/kept")).isEqualTo("1");
        }
    }

    @Test
    void shouldOfferContainersAndTimeToLiveWhenStartedWithDefaults() throws Exception {
        try (EmbeddedZooKeeper ensemble = EmbeddedZooKeeper.start(1);
                TestClient client = new TestClient(ensemble.connectString())) {
            client.zk().create("/container", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.CONTAINER);
            client.zk()
                    .create(
                            "/brief",
                            new byte[0],
                            Ids.OPEN_ACL_UNSAFE,
                            CreateMode.PERSISTENT_WITH_TTL,
                            new Stat(),
                            60_000);
            assertThat(client.zk().getChildren("/", false)).contains("container", "brief");
        }
    }

    @Test
    void shouldKeepApartWhenSeveralRunInOneJvm() throws Exception {
        try (EmbeddedZooKeeper one = EmbeddedZooKeeper.start(3);
                EmbeddedZooKeeper other = EmbeddedZooKeeper.start(3);
                TestClient first = new TestClient(one.connectString());
                TestClient second = new TestClient(other.connectString())) {
            first.create("/only-in-one", "");
            assertThat(second.zk().exists("/only-in-one", false)).isNull();
            one.nodes().forEach(one::kill);
            second.create("/still-serving", "");
        }
    }

    @Test
    void shouldMoveToOtherPortsWhenItsOwnAreTaken() throws Exception {
        try (EmbeddedZooKeeper ensemble = EmbeddedZooKeeper.start(3);
                TestClient client = new TestClient(ensemble.connectString())) {
            client.create("/a", "1");
            int node = ensemble.leader();
            List<Integer> ports = List.of(
                    ensemble.node(node).electionPort(),
                    ensemble.node(node).quorumPort(),
                    ensemble.node(node).clientPort());
            ensemble.kill(node);
            ensemble.awaitServing(PATIENCE);
            try (ServerSocket election = new ServerSocket();
                    ServerSocket quorum = new ServerSocket();
                    ServerSocket clients = new ServerSocket()) {
                election.bind(Node.address(ports.get(0)));
                quorum.bind(Node.address(ports.get(1)));
                clients.bind(Node.address(ports.get(2)));
                ensemble.restart(node);
                ensemble.awaitServing(PATIENCE);
                try (TestClient late = new TestClient(ensemble.connectString(node))) {
                    late.sync("/a");
                    assertThat(late.read("/a")).isEqualTo("1");
                }
            }
        }
    }

    @Test
    void shouldSayWhatIsMissingWhenNotAllServeInTime() {
        assertThatThrownBy(() -> quick(3).startTimeout(Duration.ofNanos(1)).start())
                .isInstanceOf(EmbeddedZooKeeperException.class)
                .hasMessageContaining("in vain")
                .hasMessageContaining("of [1, 2, 3]");
    }

    @Test
    void shouldSayWhichNodeFailsWhenTheDirectoryIsAFile(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "");
        assertThatThrownBy(() -> quick(1).directory(file).start())
                .isInstanceOf(EmbeddedZooKeeperException.class)
                .hasMessageContaining("node 1");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 7})
    void shouldRefuseSizesThatMakeNoSense(int nodes) {
        assertThatThrownBy(() -> quick(nodes).start()).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldRefuseWritesWhenTheMajorityIsDown() throws Exception {
        try (EmbeddedZooKeeper ensemble = quick(3).start();
                TestClient client = new TestClient(ensemble.connectString())) {
            client.create("/a", "1");
            ensemble.kill(ensemble.followers().get(0));
            ensemble.kill(ensemble.followers().get(0));
            int survivor = ensemble.runningNodes().get(0);
            ensemble.awaitNotServing(survivor, PATIENCE);
            assertThatThrownBy(() -> client.zk().setData("/a", "2".getBytes(UTF_8), -1))
                    .isInstanceOf(KeeperException.ConnectionLossException.class);
            assertThatThrownBy(() -> ensemble.awaitQuorum(Duration.ofMillis(50)))
                    .isInstanceOf(EmbeddedZooKeeperException.class);
            ensemble.nodes().forEach(ensemble::restart);
            ensemble.awaitServing(PATIENCE);
            client.retrying(zk -> zk.setData("/a", "3".getBytes(UTF_8), -1));
            assertThat(client.read("/a")).isEqualTo("3");
        }
    }

    private static EmbeddedZooKeeperBuilder quick(int nodes) {
        return EmbeddedZooKeeper.builder().nodes(nodes).tickTime(Duration.ofMillis(100));
    }
}
