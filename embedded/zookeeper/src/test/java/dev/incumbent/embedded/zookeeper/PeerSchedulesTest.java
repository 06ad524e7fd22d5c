package dev.incumbent.embedded.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.api.BackgroundCallback;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.leader.LeaderLatchListener;
import org.apache.curator.retry.ExponentialBackoffRetry;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.data.Stat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Three schedules that break other people's recipes, with controls that show that it is the fault which breaks them.
 * They prove the faults real; that our own recipe survives them is shown elsewhere.
 */
class PeerSchedulesTest {

    private static final Logger LOG = LoggerFactory.getLogger(PeerSchedulesTest.class);
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final Duration TICK = Duration.ofMillis(200);

    @RegisterExtension
    static final ZooKeeperExtension ZOOKEEPER = ZooKeeperExtension.of(EmbeddedZooKeeper.builder()
            .nodes(3)
            .tickTime(TICK)
            // Four seconds before a follower notices that its leader is gone: longer than the sessions below.
            .syncLimit(20));

    private final EmbeddedZooKeeper ensemble = ZOOKEEPER.get();

    /** A candidate with Curator's LeaderLatch and the instants at which it was told. */
    private static final class Latch implements AutoCloseable {
        private final CuratorFramework curator;
        private final LeaderLatch latch;
        private final CompletableFuture<Long> elected = new CompletableFuture<>();
        private final CompletableFuture<Long> deposed = new CompletableFuture<>();

        Latch(String connectString, Duration session, String path) throws Exception {
            curator = curator(connectString, session);
            latch = new LeaderLatch(curator, path);
            latch.addListener(new LeaderLatchListener() {
                @Override
                public void isLeader() {
                    elected.complete(System.nanoTime());
                }

                @Override
                public void notLeader() {
                    deposed.complete(System.nanoTime());
                }
            });
            latch.start();
        }

        boolean leads() {
            return latch.hasLeadership();
        }

        long electedAt() throws Exception {
            return elected.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }

        long deposedAt() throws Exception {
            return deposed.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }

        @Override
        public void close() {
            ProxyLoop.closeQuietly(latch);
            curator.close();
        }
    }

    @Test
    void shouldShowTwoLatchesLeadingWhenAFollowerIsCutOffFromItsLeader() throws Exception {
        Duration session = Duration.ofSeconds(1);
        int leader = ensemble.leader();
        int follower = ensemble.followers().get(0);
        try (Latch first = new Latch(ensemble.connectString(follower), session, "/overlap")) {
            first.electedAt();
            try (Latch second = new Latch(ensemble.connectString(leader), session, "/overlap")) {
                ensemble.partition(leader, follower);
                long secondElected = second.electedAt();
                assertThat(first.leads())
                        .as("the first latch, when the second was elected")
                        .isTrue();
                assertThat(second.leads()).isTrue();
                Duration overlap = Duration.ofNanos(first.deposedAt() - secondElected);
                LOG.warn("two LeaderLatches led at once for {} ms", overlap.toMillis());
                assertThat(overlap).isPositive();
            }
        }
    }

    @Test
    void shouldShowOneLatchLeadingWhenTheFollowerDiesInstead() throws Exception {
        Duration session = Duration.ofSeconds(1);
        int follower = ensemble.followers().get(0);
        try (Latch first = new Latch(ensemble.connectString(follower), session, "/control")) {
            first.electedAt();
            try (Latch second = new Latch(ensemble.connectString(ensemble.leader()), session, "/control")) {
                ensemble.kill(follower);
                assertThat(first.deposedAt()).isLessThan(second.electedAt());
            }
        }
    }

    /** What one run of the two-heartbeat schedule came to, in milliseconds after the first heartbeat was sent. */
    private record Verdict(long believedUntil, long goneAt) {
        boolean beliefOutlivesNode() {
            return goneAt < believedUntil;
        }
    }

    @Test
    void shouldOutliveItsNodeWhenTwoHeartbeatsWereHeldAndTheFollowerIsCutOff() throws Exception {
        Verdict verdict = twoHeartbeats(1, true);
        // A ping of the leader may slip between the heartbeats' arrival and the cut and save the session.
        for (int attempt = 2; attempt <= 5 && !verdict.beliefOutlivesNode(); attempt++) {
            ensemble.heal();
            ensemble.awaitServing(PATIENCE);
            verdict = twoHeartbeats(attempt, true);
        }
        LOG.warn(
                "two confirmed heartbeats: valid until {} ms by the rule, node gone after {} ms",
                verdict.believedUntil(),
                verdict.goneAt());
        assertThat(verdict.beliefOutlivesNode()).isTrue();
    }

    @Test
    void shouldKeepItsNodeWhenTwoHeartbeatsWereHeldAndNothingIsCutOff() throws Exception {
        assertThat(twoHeartbeats(0, false).beliefOutlivesNode()).isFalse();
    }

    /**
     * The client's requests are held from the moment of its last sign of life; a second later it sends two heartbeats,
     * which are let through together, confirmed by the quorum, and then its follower is cut off: the follower knows
     * that the client lives, the leader never hears of it.
     */
    private Verdict twoHeartbeats(int attempt, boolean cutOff) throws Exception {
        String path = "/heartbeats-" + cutOff + "-" + attempt;
        Duration session = Duration.ofSeconds(3);
        int leader = ensemble.leader();
        int follower = ensemble.followers().get(0);
        try (ClientLink link = ensemble.newClientLink(follower);
                TestClient client = new TestClient(link.connectString(), session);
                TestClient witness = new TestClient(ensemble.connectString(leader))) {
            client.zk().create(path, new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
            CompletableFuture<Long> gone = new CompletableFuture<>();
            witness.zk().exists(path, event -> {
                if (event.getType() == EventType.NodeDeleted) {
                    gone.complete(System.nanoTime());
                }
            });
            link.holdRequests();
            // The client pings when it has been silent for a third of its timeout: one second has passed by then.
            link.awaitHeld(Direction.TO_SERVER, frame -> frame.is("ping"), PATIENCE);
            long firstSent = System.nanoTime();
            CompletableFuture<Integer> first = heartbeat(client, path);
            CompletableFuture<Integer> second = heartbeat(client, path);
            link.awaitHeld(Direction.TO_SERVER, frame -> frame.is("multi"), PATIENCE);
            link.release();
            assertThat(first.get(10, TimeUnit.SECONDS)).isEqualTo(Code.OK.intValue());
            assertThat(second.get(10, TimeUnit.SECONDS)).isEqualTo(Code.OK.intValue());
            if (cutOff) {
                ensemble.partition(leader, follower);
            } else {
                // The control: the same client falls silent at the same moment, and the leader has heard of it.
                link.awaitPassed("ping", link.requestCounts().of("ping") + 1, PATIENCE);
                link.holdRequests();
            }
            long goneAt = gone.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            link.cut();
            return new Verdict(session.toMillis(), TimeUnit.NANOSECONDS.toMillis(goneAt - firstSent));
        }
    }

    private static CompletableFuture<Integer> heartbeat(TestClient client, String path) {
        CompletableFuture<Integer> reply = new CompletableFuture<>();
        client.zk().multi(List.of(Op.check(path, -1)), (code, name, context, results) -> reply.complete(code), null);
        return reply;
    }

    /**
     * Curator repeats a background create whose reply was lost. Without protection the first node stays behind, in the
     * same session; with it the first node is looked for and found.
     */
    @ParameterizedTest
    @CsvSource({"false, 2", "true, 1"})
    void shouldLeaveAGhostWhenACreateReplyIsLostAndNothingProtects(boolean protection, int nodes) throws Exception {
        String path = "/reply-lost-" + protection;
        int leader = ensemble.leader();
        try (ClientLink link = ensemble.newClientLink(leader);
                TestClient witness = new TestClient(ensemble.connectString(leader));
                CuratorFramework curator = curator(link.connectString(), Duration.ofSeconds(10))) {
            witness.create(path, "");
            link.holdFrom(Direction.TO_CLIENT, frame -> frame.is("create2"));
            CompletableFuture<Integer> reply = createInBackground(curator, protection, path + "/n-");
            link.awaitHeld(Direction.TO_CLIENT, frame -> frame.is("create2"), PATIENCE);
            link.cut();
            link.heal();
            assertThat(reply.get(20, TimeUnit.SECONDS)).isEqualTo(Code.OK.intValue());
            assertThat(owners(witness, path))
                    .hasSize(nodes)
                    .containsOnly(curator.getZookeeperClient().getZooKeeper().getSessionId());
        }
    }

    private static CompletableFuture<Integer> createInBackground(
            CuratorFramework curator, boolean protection, String path) throws Exception {
        CompletableFuture<Integer> reply = new CompletableFuture<>();
        BackgroundCallback done = (client, event) -> reply.complete(event.getResultCode());
        if (protection) {
            curator.create()
                    .withProtection()
                    .withMode(CreateMode.EPHEMERAL_SEQUENTIAL)
                    .inBackground(done)
                    .forPath(path);
        } else {
            curator.create()
                    .withMode(CreateMode.EPHEMERAL_SEQUENTIAL)
                    .inBackground(done)
                    .forPath(path);
        }
        return reply;
    }

    private static List<Long> owners(TestClient witness, String path) throws Exception {
        List<Long> owners = new ArrayList<>();
        for (String child : witness.zk().getChildren(path, false)) {
            Stat stat = witness.zk().exists(path + "/" + child, false);
            if (stat != null) {
                owners.add(stat.getEphemeralOwner());
            }
        }
        return owners;
    }

    /**
     * Protection looks for the first node without a sync. Here the create is proposed but not committed, two followers'
     * acknowledgements being held, when the client moves to a third follower: it finds nothing and creates another.
     */
    @Test
    void shouldLeaveAGhostDespiteProtectionWhenTheCreateCommitsLate() throws Exception {
        try (EmbeddedZooKeeper five = EmbeddedZooKeeper.builder()
                        .nodes(5)
                        .tickTime(TICK)
                        .syncLimit(30)
                        .start();
                TestClient witness = new TestClient(five.connectString(five.leader()))) {
            witness.create("/late", "");
            int leader = five.leader();
            List<Integer> slow = five.followers().subList(0, 3);
            int quick = five.followers().get(3);
            ClientLink link = five.newClientLink(leader, quick);
            five.cutClients(quick);
            try (CuratorFramework curator = curator(link.connectString(), Duration.ofSeconds(10))) {
                slow.forEach(follower -> five.holdQuorum(follower, leader));
                CompletableFuture<Integer> reply = createInBackground(curator, true, "/late/n-");
                link.awaitPassed("create2", 1, PATIENCE);
                five.cutClients(leader);
                five.healClients(quick);
                link.awaitPassed("create2", 2, PATIENCE);
                slow.forEach(follower -> five.releaseQuorum(follower, leader));
                assertThat(reply.get(20, TimeUnit.SECONDS)).isEqualTo(Code.OK.intValue());
                five.heal();
                witness.retrying(zk -> zk.exists("/late", false));
                assertThat(owners(witness, "/late"))
                        .hasSize(2)
                        .containsOnly(
                                curator.getZookeeperClient().getZooKeeper().getSessionId());
            }
        }
    }

    private static CuratorFramework curator(String connectString, Duration session) throws Exception {
        CuratorFramework curator = CuratorFrameworkFactory.builder()
                .connectString(connectString)
                .sessionTimeoutMs((int) session.toMillis())
                .connectionTimeoutMs(5_000)
                .ensembleTracker(false)
                .retryPolicy(new ExponentialBackoffRetry(50, 10))
                .build();
        curator.start();
        assertThat(curator.blockUntilConnected(20, TimeUnit.SECONDS)).isTrue();
        return curator;
    }
}
