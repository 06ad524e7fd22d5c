package dev.incumbent.election.zookeeper;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Stat;

/**
 * Asynchronous requests on one ZooKeeper handle, each sent once.
 *
 * <p>They are answered in the order in which they were sent, on the handle's event thread. Every future completes
 * normally: the client answers what a broken connection leaves open, and {@link #close()} the rest.
 */
final class Requests {

    /**
     * Data of a node.
     *
     * @param data the bytes, empty if the node holds null
     * @param stat the node's numbers
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Node(byte[] data, Stat stat) {}

    private final ZooKeeper zk;
    private final Set<Runnable> aborts = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    Requests(ZooKeeper zk) {
        this.zk = zk;
    }

    private <T> CompletableFuture<Reply<T>> send(String path, Consumer<CompletableFuture<Reply<T>>> request) {
        CompletableFuture<Reply<T>> reply = new CompletableFuture<>();
        Runnable abort = () -> reply.complete(Reply.of(Code.CONNECTIONLOSS.intValue(), null, path));
        aborts.add(abort);
        CompletableFuture<Reply<T>> settled = reply.whenComplete((done, failure) -> aborts.remove(abort));
        if (closed) {
            abort.run();
            return settled;
        }
        try {
            request.accept(reply);
        } catch (IllegalArgumentException malformed) {
            reply.complete(Reply.of(Code.BADARGUMENTS.intValue(), null, path));
        }
        return settled;
    }

    CompletableFuture<Reply<List<OpResult>>> multi(List<Op> ops) {
        String path = ops.get(ops.size() - 1).getPath();
        return send(
                path,
                reply -> zk.multi(
                        ops, (rc, at, context, results) -> reply.complete(Reply.ofMulti(rc, results, path)), null));
    }

    CompletableFuture<Reply<String>> create(String path, byte[] data, List<ACL> acl, CreateMode mode) {
        return send(
                path,
                reply -> zk.create(
                        path,
                        data,
                        acl,
                        mode,
                        (rc, at, context, name) -> reply.complete(Reply.of(rc, name, path)),
                        null));
    }

    /** Deletes whatever version; yields the path. */
    CompletableFuture<Reply<String>> delete(String path) {
        return send(
                path,
                reply -> zk.delete(path, -1, (rc, at, context) -> reply.complete(Reply.of(rc, path, path)), null));
    }

    CompletableFuture<Reply<List<String>>> children(String path) {
        return send(
                path,
                reply -> zk.getChildren(
                        path,
                        false,
                        (int rc, String at, Object context, List<String> children) ->
                                reply.complete(Reply.of(rc, children, path)),
                        null));
    }

    CompletableFuture<Reply<List<String>>> children(String path, Watcher watcher) {
        return send(
                path,
                reply -> zk.getChildren(
                        path,
                        watcher,
                        (int rc, String at, Object context, List<String> children) ->
                                reply.complete(Reply.of(rc, children, path)),
                        null));
    }

    CompletableFuture<Reply<Node>> data(String path) {
        return send(
                path,
                reply -> zk.getData(
                        path,
                        false,
                        (int rc, String at, Object context, byte[] data, Stat stat) ->
                                reply.complete(node(rc, data, stat, path)),
                        null));
    }

    CompletableFuture<Reply<Node>> data(String path, Watcher watcher) {
        return send(
                path,
                reply -> zk.getData(
                        path,
                        watcher,
                        (int rc, String at, Object context, byte[] data, Stat stat) ->
                                reply.complete(node(rc, data, stat, path)),
                        null));
    }

    @SuppressWarnings("NullAway") // the client hands null for data that is null and, on errors, for both
    private static Reply<Node> node(int rc, byte[] data, Stat stat, String path) {
        return Reply.of(rc, stat == null ? null : new Node(data == null ? new byte[0] : data, stat), path);
    }

    CompletableFuture<Reply<Stat>> exists(String path) {
        return send(
                path,
                reply -> zk.exists(
                        path, false, (rc, at, context, stat) -> reply.complete(Reply.of(rc, stat, path)), null));
    }

    CompletableFuture<Reply<Stat>> exists(String path, Watcher watcher) {
        return send(
                path,
                reply -> zk.exists(
                        path, watcher, (rc, at, context, stat) -> reply.complete(Reply.of(rc, stat, path)), null));
    }

    /** The paths of all ephemeral nodes of this handle's session, as the server knows them, without regard to a chroot. */
    CompletableFuture<Reply<List<String>>> ephemerals() {
        return send(
                "/", reply -> zk.getEphemerals((rc, context, paths) -> reply.complete(Reply.of(rc, paths, "/")), null));
    }

    /** Answers what is open with a lost connection, and everything that is asked from now on. */
    void close() {
        closed = true;
        aborts.forEach(Runnable::run);
    }
}
