package dev.incumbent.embedded.zookeeper;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.ConnectionLossException;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ZKClientConfig;

/** A plain ZooKeeper handle that is connected when the constructor returns and remembers what it was told. */
final class TestClient implements AutoCloseable {

    interface Call<T> {
        T with(ZooKeeper zk) throws Exception;
    }

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final List<KeeperState> states = new CopyOnWriteArrayList<>();
    private final CountDownLatch connected = new CountDownLatch(1);
    private final ZooKeeper zk;

    TestClient(String connectString) throws Exception {
        this(connectString, Duration.ofSeconds(10));
    }

    TestClient(String connectString, Duration sessionTimeout) throws Exception {
        this(connectString, sessionTimeout, new ZKClientConfig());
    }

    TestClient(String connectString, Duration sessionTimeout, ZKClientConfig config) throws Exception {
        zk = new ZooKeeper(connectString, (int) sessionTimeout.toMillis(), this::told, config);
        assertThat(connected.await(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as("connected to %s", connectString)
                .isTrue();
    }

    private synchronized void told(WatchedEvent event) {
        states.add(event.getState());
        if (event.getState() == KeeperState.SyncConnected) {
            connected.countDown();
        }
        notifyAll();
    }

    ZooKeeper zk() {
        return zk;
    }

    void create(String path, String data) throws Exception {
        zk.create(path, data.getBytes(UTF_8), Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
    }

    String read(String path) throws Exception {
        return new String(zk.getData(path, false, null), UTF_8);
    }

    List<KeeperState> states() {
        return states;
    }

    synchronized void awaitState(KeeperState wanted, Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!states.contains(wanted)) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            assertThat(left).as("time to see %s, seen %s", wanted, states).isPositive();
            wait(left);
        }
    }

    /** Repeats a call that may be repeated until the connection lasts for it. */
    <T> T retrying(Call<T> call) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return call.with(zk);
            } catch (ConnectionLossException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
            }
        }
    }

    void sync(String path) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        zk.sync(path, (code, synced, context) -> done.countDown(), null);
        assertThat(done.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    @Override
    public void close() {
        try {
            zk.close((int) PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
