package dev.incumbent.embedded.zookeeper;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Each fault does what it says, to those it names and to nobody else. */
class FaultTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration TICK = Duration.ofMillis(100);
    /** Long enough for a machine that stalls now and then, and less than half of what a follower takes to notice. */
    private static final Duration SESSION = TICK.multipliedBy(10);

    @RegisterExtension
    static final ZooKeeperExtension ZOOKEEPER = ZooKeeperExtension.of(
            EmbeddedZooKeeper.builder().nodes(3).tickTime(TICK).syncLimit(25));

    private final EmbeddedZooKeeper ensemble = ZOOKEEPER.get();

    @Test
    void shouldKeepWritesWhenTheLeaderIsKilledAndReturns() throws Exception {
        try (TestClient client = new TestClient(ensemble.connectString())) {
            client.create("/kill", "1");
            int leader = ensemble.leader();
            ensemble.kill(leader);
            assertThat(ensemble.runningNodes()).doesNotContain(leader).hasSize(2);
            ensemble.awaitServing(PATIENCE);
            assertThat(ensemble.leader()).isNotEqualTo(leader);
            client.retrying(zk -> zk.setData("/kill", "2".getBytes(UTF_8), -1));

            ensemble.restart(leader);
            ensemble.awaitServing(PATIENCE);
            try (TestClient late = new TestClient(ensemble.connectString(leader))) {
                late.sync("/kill");
                assertThat(late.read("/kill")).isEqualTo("2");
            }
            assertThat(client.states()).doesNotContain(KeeperState.Expired);
        }
    }

    @Test
    void shouldCommitWhatTheClientNeverHearsOfWhenRepliesAreHeld() throws Exception {
        try (ClientLink link = ensemble.newClientLink(ensemble.leader());
                TestClient client = new TestClient(link.connectString());
                TestClient witness = new TestClient(ensemble.connectString(ensemble.leader()))) {
            link.holdFrom(Direction.TO_CLIENT, frame -> frame.is("create"));
            CompletableFuture<Integer> reply = new CompletableFuture<>();
            client.zk()
                    .create(
                            "/held",
                            new byte[0],
                            Ids.OPEN_ACL_UNSAFE,
                            CreateMode.PERSISTENT,
                            (code, path, context, name) -> reply.complete(code),
                            null);
            Frame held = link.awaitHeld(Direction.TO_CLIENT, frame -> frame.is("create"), PATIENCE);
            assertThat(held.error()).isZero();
            assertThat(witness.zk().exists("/held", false)).isNotNull();
            assertThat(reply).isNotDone();

            link.deliver(Direction.TO_CLIENT, 1);
            assertThat(reply.get(10, TimeUnit.SECONDS)).isEqualTo(KeeperException.Code.OK.intValue());
            assertThat(client.states()).containsExactly(KeeperState.SyncConnected);
            link.release();
        }
    }

    @Test
    void shouldNotReachTheServerWhenRequestsAreHeld() throws Exception {
        try (ClientLink link = ensemble.newClientLink();
                TestClient client = new TestClient(link.connectString());
                TestClient witness = new TestClient(ensemble.connectString())) {
            link.holdRequests();
            CompletableFuture<Integer> reply = new CompletableFuture<>();
            client.zk()
                    .create(
                            "/asked",
                            new byte[0],
                            Ids.OPEN_ACL_UNSAFE,
                            CreateMode.PERSISTENT,
                            (code, path, context, name) -> reply.complete(code),
                            null);
            link.awaitHeld(Direction.TO_SERVER, frame -> frame.is("create"), PATIENCE);
            witness.sync("/");
            assertThat(witness.zk().exists("/asked", false)).isNull();
            link.release();
            assertThat(reply.get(10, TimeUnit.SECONDS)).isEqualTo(KeeperException.Code.OK.intValue());
        }
    }

    @Test
    void shouldLoseTheReplyButKeepTheSessionWhenTheLinkIsReset() throws Exception {
        try (ClientLink link = ensemble.newClientLink();
                TestClient client = new TestClient(link.connectString())) {
            long session = client.zk().getSessionId();
            link.holdFrom(Direction.TO_CLIENT, frame -> frame.is("create"));
            CompletableFuture<Integer> reply = new CompletableFuture<>();
            client.zk()
                    .create(
                            "/lost",
                            new byte[0],
                            Ids.OPEN_ACL_UNSAFE,
                            CreateMode.PERSISTENT,
                            (code, path, context, name) -> reply.complete(code),
                            null);
            link.awaitHeld(Direction.TO_CLIENT, frame -> frame.is("create"), PATIENCE);
            link.cut();
            assertThat(reply.get(10, TimeUnit.SECONDS)).isEqualTo(KeeperException.Code.CONNECTIONLOSS.intValue());
            link.heal();
            Stat found = client.retrying(zk -> zk.exists("/lost", false));
            assertThat(found).isNotNull();
            assertThat(client.zk().getSessionId()).isEqualTo(session);
            assertThat(link.requestCounts().of("reconnectSession")).isPositive();
        }
    }

    @Test
    void shouldDisconnectOnlyItsOwnClientWhenOneLinkIsCut() throws Exception {
        int node = ensemble.leader();
        try (ClientLink link = ensemble.newClientLink(node);
                TestClient client = new TestClient(link.connectString());
                TestClient other = new TestClient(ensemble.connectString(node))) {
            link.cut();
            client.awaitState(KeeperState.Disconnected, PATIENCE);
            other.sync("/");
            assertThat(other.states()).containsExactly(KeeperState.SyncConnected);
        }
    }

    @Test
    void shouldKeepTheConnectionOpenWhenANodeIsPausedAndResumed() throws Exception {
        int node = ensemble.leader();
        try (TestClient client = new TestClient(ensemble.connectString(node))) {
            ensemble.pause(node);
            CompletableFuture<Integer> reply = new CompletableFuture<>();
            client.zk().sync("/", (code, path, context) -> reply.complete(code), null);
            ClientLink link = ensemble.clientLink(node);
            link.awaitHeld(Direction.TO_SERVER, frame -> frame.is("sync"), PATIENCE);
            assertThat(reply).isNotDone();
            ensemble.resume(node);
            assertThat(reply.get(10, TimeUnit.SECONDS)).isEqualTo(KeeperException.Code.OK.intValue());
            assertThat(client.states()).containsExactly(KeeperState.SyncConnected);
        }
    }

    @Test
    void shouldResetAConnectionThatLostBytesWhenItHeals() throws Exception {
        try (ClientLink link = ensemble.newClientLink();
                TestClient client = new TestClient(link.connectString())) {
            link.silence(Direction.TO_CLIENT);
            CompletableFuture<Integer> reply = new CompletableFuture<>();
            client.zk()
                    .create(
                            "/silenced",
                            new byte[0],
                            Ids.OPEN_ACL_UNSAFE,
                            CreateMode.PERSISTENT,
                            (code, path, context, name) -> reply.complete(code),
                            null);
            link.awaitPassed("create", 1, PATIENCE);
            Awaitility.await().atMost(PATIENCE).until(() -> exists("/silenced"));
            assertThat(client.states()).containsExactly(KeeperState.SyncConnected);
            link.heal();
            assertThat(reply.get(10, TimeUnit.SECONDS)).isEqualTo(KeeperException.Code.CONNECTIONLOSS.intValue());
        }
    }

    private boolean exists(String path) throws Exception {
        try (TestClient witness = new TestClient(ensemble.connectString())) {
            witness.sync(path);
            return witness.zk().exists(path, false) != null;
        }
    }

    @Test
    void shouldElectAnotherLeaderWhenTheLeaderIsIsolated() throws Exception {
        int deposed = ensemble.leader();
        ensemble.isolate(deposed);
        Awaitility.await().atMost(PATIENCE).until(() -> ensemble.runningNodes().stream()
                .anyMatch(node -> node != deposed && ensemble.node(node).isLeading()));
        int elected = ensemble.leader();
        assertThat(elected).isNotEqualTo(deposed);
        try (TestClient client = new TestClient(ensemble.connectString(elected))) {
            client.create("/isolated", "1");
        }
        ensemble.awaitNotServing(deposed, PATIENCE);
        ensemble.heal();
        ensemble.awaitServing(PATIENCE);
        try (TestClient client = new TestClient(ensemble.connectString(deposed))) {
            assertThat(client.read("/isolated")).isEqualTo("1");
        }
    }

    @Test
    void shouldStopServingWhenAFollowerHearsItsLeaderNoLonger() throws Exception {
        int leader = ensemble.leader();
        int deaf = ensemble.followers().get(0);
        ensemble.partitionOneWay(leader, deaf);
        ensemble.awaitNotServing(deaf, PATIENCE);
        assertThat(ensemble.leader()).isEqualTo(leader);
        try (TestClient client = new TestClient(ensemble.connectString(leader))) {
            client.create("/deaf", "1");
        }
    }

    @Test
    void shouldDeliverLateWhenAQuorumLinkIsHeldAndReleased() throws Exception {
        int leader = ensemble.leader();
        int late = ensemble.followers().get(0);
        try (TestClient writer = new TestClient(ensemble.connectString(leader));
                TestClient reader = new TestClient(ensemble.connectString(late))) {
            ensemble.holdQuorum(leader, late);
            writer.create("/late", "1");
            assertThat(reader.zk().exists("/late", false)).isNull();
            ensemble.releaseQuorum(leader, late);
            reader.sync("/late");
            assertThat(reader.read("/late")).isEqualTo("1");
        }
    }

    @Test
    void shouldLoseTheSessionUnawaresWhenItsFollowerIsCutOffFromTheLeader() throws Exception {
        boolean unawares = losesItsSessionUnawares("/own-1");
        // A machine that stalls for most of the session's time breaks the connection by itself.
        for (int attempt = 2; attempt <= 5 && !unawares; attempt++) {
            ensemble.awaitServing(PATIENCE);
            unawares = losesItsSessionUnawares("/own-" + attempt);
        }
        assertThat(unawares).isTrue();
    }

    private boolean losesItsSessionUnawares(String path) throws Exception {
        int leader = ensemble.leader();
        int follower = ensemble.followers().get(0);
        try (TestClient client = new TestClient(ensemble.connectString(follower), SESSION);
                TestClient witness = new TestClient(ensemble.connectString(leader))) {
            client.zk().create(path, new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
            ensemble.partition(leader, follower);
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(5))
                    .atMost(PATIENCE)
                    .until(() -> witness.zk().exists(path, false) == null);
            boolean connected = client.zk().getState().isConnected();
            List<KeeperState> told = List.copyOf(client.states());
            ensemble.heal();
            client.awaitState(KeeperState.Expired, PATIENCE);
            return connected && told.equals(List.of(KeeperState.SyncConnected));
        } catch (KeeperException.ConnectionLossException e) {
            ensemble.heal();
            return false;
        }
    }

    @Test
    void shouldTellTheClientByReconnectingWhenItsSessionIsExpired() throws Exception {
        for (int node : List.of(ensemble.leader(), ensemble.followers().get(0))) {
            try (TestClient client = new TestClient(ensemble.connectString(node));
                    TestClient witness = new TestClient(ensemble.connectString(ensemble.leader()))) {
                String path = "/expired-" + node;
                client.zk().create(path, new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
                ensemble.expireSession(client.zk().getSessionId());
                assertThat(witness.zk().exists(path, false)).isNull();
                client.awaitState(KeeperState.Expired, PATIENCE);
                assertThat(client.states())
                        .containsExactly(KeeperState.SyncConnected, KeeperState.Disconnected, KeeperState.Expired);
            }
        }
    }

    @Test
    void shouldCountRequestsAndTransactionsExactly() throws Exception {
        try (ClientLink link = ensemble.newClientLink(ensemble.leader());
                TestClient client = new TestClient(link.connectString())) {
            client.create("/counted", "1");
            long zxid = ensemble.lastZxid();
            RequestCounts before = link.requestCounts();
            client.zk().exists("/counted", true);
            client.zk().setData("/counted", new byte[0], -1);
            client.zk().delete("/counted", -1);
            RequestCounts counts = link.requestCounts().since(before);
            assertThat(counts.of("exists")).isEqualTo(1);
            assertThat(counts.of("setData")).isEqualTo(1);
            assertThat(counts.of("delete")).isEqualTo(1);
            assertThat(counts.withoutPings()).isEqualTo(3);
            assertThat(counts.notifications()).isEqualTo(1);
            assertThat(ensemble.lastZxid() - zxid).isEqualTo(2);
        }
    }

    @Test
    void shouldAnswerFourLetterWordsThroughALink() throws Exception {
        int port = Integer.parseInt(ensemble.connectString(1).split(":", 2)[1]);
        try (Socket socket = new Socket()) {
            socket.connect(Node.address(port));
            socket.getOutputStream().write("ruok".getBytes(UTF_8));
            assertThat(new String(socket.getInputStream().readAllBytes(), UTF_8))
                    .isEqualTo("imok");
        }
    }

    @Test
    void shouldPauseLinksThatAreMadeDuringThePause() throws Exception {
        int node = ensemble.leader();
        ensemble.pause(node);
        try (ClientLink link = ensemble.newClientLink(node);
                ZooKeeperHandle client = new ZooKeeperHandle(link.connectString())) {
            link.awaitHeld(Direction.TO_SERVER, frame -> frame.is("createSession"), PATIENCE);
            assertThat(client.isConnected()).isFalse();
            ensemble.resume(node);
            Awaitility.await().atMost(PATIENCE).until(client::isConnected);
        }
    }

    /** A handle that nobody waits for. */
    private static final class ZooKeeperHandle implements AutoCloseable {
        private final ZooKeeper zk;

        ZooKeeperHandle(String connectString) throws IOException {
            zk = new ZooKeeper(connectString, 10_000, event -> {});
        }

        boolean isConnected() {
            return zk.getState().isConnected();
        }

        @Override
        public void close() {
            try {
                zk.close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
