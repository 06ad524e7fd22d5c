package dev.incumbent.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToLongFunction;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;

/** ZooKeeper handles, one to each server. */
final class ZooKeeperLimits implements Limits {

    private static final String CHECKED_WRITE = "raw multi(check, create)";

    private static final String ENTRIES = "/raw";
    private static final String CHECKED = "/checked";
    private static final byte[] DATA = "candidate".getBytes(StandardCharsets.UTF_8);

    private final List<ZooKeeper> handles = new ArrayList<>();

    ZooKeeperLimits(List<String> connectStrings, Duration sessionTimeout) {
        try {
            for (String connectString : connectStrings) {
                handles.add(new ZooKeeper(connectString, (int) sessionTimeout.toMillis(), event -> {}));
            }
            for (String path : List.of(ENTRIES, CHECKED)) {
                handles.get(0).create(path, new byte[0], ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            }
            for (ZooKeeper handle : handles) { // opens the session and catches up with the parents
                Patience.until("a server has the parents", () -> call(() -> handle.exists(CHECKED, false) != null));
            }
        } catch (IOException | KeeperException | InterruptedException failure) {
            throw new IllegalStateException("no raw client", failure);
        }
    }

    @Override
    public Map<String, IntToLongFunction> operations() {
        Map<String, IntToLongFunction> operations = new LinkedHashMap<>();
        operations.put(WRITE, this::create);
        operations.put(CHECKED_WRITE, this::checkedCreate);
        operations.put(HAND, this::deleteToEvent);
        return operations;
    }

    private long create(int turn) {
        ZooKeeper zk = handle(turn);
        long start = System.nanoTime();
        String path = call(
                () -> zk.create(ENTRIES + "/e-", DATA, ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL_SEQUENTIAL));
        long nanos = System.nanoTime() - start;
        delete(zk, path);
        return nanos;
    }

    /** One committed write that also compares a version, which is what entering our queue is. */
    private long checkedCreate(int turn) {
        ZooKeeper zk = handle(turn);
        List<Op> ops = List.of(
                Op.check(CHECKED, 0),
                Op.create(
                        ENTRIES + "/e-", DATA, ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL_SEQUENTIAL.toFlag()));
        long start = System.nanoTime();
        List<OpResult> results = call(() -> zk.multi(ops));
        long nanos = System.nanoTime() - start;
        delete(zk, ((OpResult.CreateResult) results.get(1)).getPath());
        return nanos;
    }

    /** The event is received from the next server, if there are several. */
    private long deleteToEvent(int turn) {
        ZooKeeper owner = handle(turn);
        ZooKeeper watcher = handle(turn + 1);
        String path = call(() ->
                owner.create(ENTRIES + "/e-", DATA, ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL_SEQUENTIAL));
        Moment told = new Moment();
        Patience.until("the other server has the node", () -> call(() -> watcher.exists(path, false) != null));
        call(() -> watcher.getData(
                path,
                event -> {
                    if (event.getType() == EventType.NodeDeleted) {
                        told.now();
                    }
                },
                null));
        long start = System.nanoTime();
        delete(owner, path);
        return told.await() - start;
    }

    private ZooKeeper handle(int turn) {
        return handles.get(turn % handles.size());
    }

    private static void delete(ZooKeeper zk, String path) {
        call(() -> {
            zk.delete(path, -1);
            return path;
        });
    }

    private interface Request<T> {
        T send() throws KeeperException, InterruptedException;
    }

    private static <T> T call(Request<T> request) {
        try {
            return request.send();
        } catch (KeeperException failure) {
            throw new IllegalStateException("a raw request failed", failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", interrupted);
        }
    }

    @Override
    public void close() {
        for (ZooKeeper handle : handles) {
            call(() -> {
                handle.close();
                return handle;
            });
        }
    }
}
