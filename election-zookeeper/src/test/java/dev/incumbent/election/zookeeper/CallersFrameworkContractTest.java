package dev.incumbent.election.zookeeper;

import dev.incumbent.election.Ticker;
import dev.incumbent.election.spi.Coordinator;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.SessionId;
import dev.incumbent.embedded.zookeeper.EmbeddedZooKeeper;
import dev.incumbent.testkit.contract.CoordinatorContractTest;
import dev.incumbent.testkit.contract.CoordinatorHarness;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract on the caller's own Curator, with a chroot and a namespace. */
final class CallersFrameworkContractTest extends CoordinatorContractTest {

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static EmbeddedZooKeeper server;

    @BeforeAll
    static void start() throws Exception {
        server = Place.server(1);
        var client = Place.client(server.directConnectString());
        client.create("/chroot", new byte[0], ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        client.close();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Override
    protected CoordinatorHarness harness() throws Exception {
        return new OnFrameworks(new Place(server, "/chroot/ns", options -> {}));
    }

    /** Gives each coordinator a framework of its own, and closes them itself. */
    private static final class OnFrameworks implements CoordinatorHarness {

        private final Place place;
        private final List<CuratorFramework> frameworks = new CopyOnWriteArrayList<>();

        OnFrameworks(Place place) {
            this.place = place;
        }

        @Override
        public Coordinator connect(Ticker ticker) {
            CuratorFramework framework = CuratorFrameworkFactory.builder()
                    .connectString(server.connectString() + "/chroot")
                    .namespace("ns")
                    .sessionTimeoutMs((int) Place.TIMING.leaseTtl().toMillis())
                    .connectionTimeoutMs(10_000)
                    .retryPolicy(new RetryOneTime(100))
                    .build();
            framework.start();
            frameworks.add(framework);
            ZooKeeperElections.Builder builder = ZooKeeperElections.builder()
                    .framework(framework)
                    .root(place.path("").substring("/chroot/ns".length()))
                    .tickTime(Place.TICK);
            return place.coordinator(builder, ticker);
        }

        @Override
        public void expire(SessionId session) {
            place.expire(session);
        }

        @Override
        public void delete(Entry entry) throws Exception {
            place.outside().delete("/chroot" + entry.key(), -1);
        }

        @Override
        public Optional<byte[]> read(String key) throws Exception {
            return place.read(key);
        }

        @Override
        public boolean lapsesUnrenewed() {
            return false;
        }

        @Override
        public Duration patience() {
            return place.patience();
        }

        @Override
        public void close() throws Exception {
            place.close();
            for (CuratorFramework framework : frameworks) {
                if (framework.getState() != org.apache.curator.framework.imps.CuratorFrameworkState.STARTED) {
                    throw new AssertionError("the caller's framework was closed");
                }
                framework.close();
            }
        }
    }
}
