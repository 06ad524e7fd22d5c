package dev.incumbent.election.zookeeper;

import dev.incumbent.election.ElectionConfig;
import dev.incumbent.election.Ticker;
import dev.incumbent.election.spi.Coordinator;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.Segments;
import dev.incumbent.election.spi.SessionId;
import dev.incumbent.embedded.zookeeper.EmbeddedZooKeeper;
import dev.incumbent.testkit.contract.CoordinatorHarness;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;

/** A root of its own on a server that many tests share, with a plain client to look from outside. */
final class Place implements CoordinatorHarness {

    static final Duration TICK = Duration.ofMillis(200);
    static final ElectionConfig TIMING = ElectionConfig.forTtl(Duration.ofSeconds(4));

    private static final AtomicInteger PLACES = new AtomicInteger();

    private final EmbeddedZooKeeper server;
    private final String root = "/place-" + PLACES.incrementAndGet();
    private final ZooKeeper outside;
    private final List<Coordinator> opened = new CopyOnWriteArrayList<>();
    private final Consumer<ZooKeeperElections.Builder> options;
    private final String chroot;

    Place(EmbeddedZooKeeper server) throws Exception {
        this(server, "", options -> {});
    }

    Place(EmbeddedZooKeeper server, String chroot, Consumer<ZooKeeperElections.Builder> options) throws Exception {
        this.server = server;
        this.chroot = chroot;
        this.options = options;
        this.outside = client(server.directConnectString());
    }

    static ZooKeeper client(String connectString) throws Exception {
        CountDownLatch connected = new CountDownLatch(1);
        ZooKeeper zk = new ZooKeeper(connectString, 10_000, event -> {
            if (event.getState() == Watcher.Event.KeeperState.SyncConnected) {
                connected.countDown();
            }
        });
        connected.await();
        return zk;
    }

    static EmbeddedZooKeeper server(int nodes) {
        return EmbeddedZooKeeper.builder().nodes(nodes).tickTime(TICK).start();
    }

    ZooKeeperElections.Builder builder() {
        ZooKeeperElections.Builder builder = ZooKeeperElections.builder()
                .connectString(server.connectString() + chroot)
                .root(root)
                .tickTime(TICK)
                .config(TIMING);
        options.accept(builder);
        return builder;
    }

    Coordinator coordinator(ZooKeeperElections.Builder builder, Ticker ticker) {
        Coordinator coordinator = builder.coordinator(TIMING, ticker);
        opened.add(coordinator);
        return coordinator;
    }

    @Override
    public Coordinator connect(Ticker ticker) {
        return coordinator(builder(), ticker);
    }

    String path(String below) {
        return chroot + root + below;
    }

    ZooKeeper outside() {
        return outside;
    }

    static long sessionOf(SessionId session) {
        String hex = session.value().substring(2);
        int logical = hex.indexOf('.');
        return Long.parseUnsignedLong(logical < 0 ? hex : hex.substring(0, logical), 16);
    }

    @Override
    public void expire(SessionId session) {
        server.expireSession(sessionOf(session));
    }

    @Override
    public void delete(Entry entry) throws Exception {
        outside.delete(entry.key(), -1);
    }

    @Override
    public Optional<byte[]> read(String key) throws Exception {
        try {
            outside.sync("/");
            return Optional.of(outside.getData(path("/data/" + Segments.encode(key)), false, null));
        } catch (KeeperException.NoNodeException absent) {
            return Optional.empty();
        }
    }

    @Override
    public boolean lapsesUnrenewed() {
        return false;
    }

    @Override
    public void close() throws Exception {
        opened.forEach(Coordinator::close);
        outside.close();
    }
}
