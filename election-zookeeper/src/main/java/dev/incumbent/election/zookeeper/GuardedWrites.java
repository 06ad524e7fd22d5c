package dev.incumbent.election.zookeeper;

import dev.incumbent.election.spi.Ack;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.GuardedOp;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.data.Stat;

/**
 * Writes in one multi with the check that an entry stands.
 *
 * <p>A multi must say whether it creates a node or sets it, so the nodes are looked at first. Where another write came in
 * between, the multi was refused as a whole, and it is made again from a new look.
 */
final class GuardedWrites {

    private static final int ATTEMPTS = 5;

    private final Ground ground;

    GuardedWrites(Ground ground) {
        this.ground = ground;
    }

    CompletableFuture<Outcome<Ack>> write(Handle handle, Entry own, List<GuardedOp> ops) {
        return write(handle, own, ops, ATTEMPTS);
    }

    private CompletableFuture<Outcome<Ack>> write(Handle handle, Entry own, List<GuardedOp> ops, int attempts) {
        List<CompletableFuture<Reply<Stat>>> looks = new ArrayList<>();
        ops.forEach(op -> looks.add(handle.requests().exists(path(op))));
        return Futures.all(looks).thenCompose(seen -> {
            for (Reply<Stat> reply : seen) {
                if (!reply.isOk() && !reply.is(Code.NONODE)) {
                    return CompletableFuture.completedFuture(KeeperErrors.<Ack>read(reply));
                }
            }
            return handle.requests().multi(multi(own, ops, seen)).thenCompose(reply -> {
                if (reply.isOk()) {
                    return CompletableFuture.completedFuture(new Outcome.Done<>(Ack.ACK));
                }
                if (reply.failedAt(0, Code.NONODE)) {
                    return CompletableFuture.completedFuture(Entries.entryGone(own));
                }
                boolean overtaken = reply.failedOp() > 0 && (reply.is(Code.NONODE) || reply.is(Code.NODEEXISTS));
                if (!overtaken) {
                    return CompletableFuture.completedFuture(KeeperErrors.<Ack>write(reply));
                }
                return attempts > 1
                        ? write(handle, own, ops, attempts - 1)
                        : CompletableFuture.completedFuture(new Outcome.Refused<Ack>(
                                Refusal.INVALID,
                                "other writers kept coming in between below "
                                        + ground.layout().data()));
            });
        });
    }

    private String path(GuardedOp op) {
        return ground.layout().data(op instanceof GuardedOp.Put put ? put.key() : ((GuardedOp.Delete) op).key());
    }

    private List<Op> multi(Entry own, List<GuardedOp> ops, List<Reply<Stat>> seen) {
        List<Op> multi = new ArrayList<>();
        multi.add(Op.check(own.key(), -1));
        for (int i = 0; i < ops.size(); i++) {
            boolean there = seen.get(i).isOk();
            String path = path(ops.get(i));
            if (ops.get(i) instanceof GuardedOp.Put put) {
                multi.add(
                        there
                                ? Op.setData(path, put.value(), -1)
                                : Op.create(path, put.value(), ground.acl(path), CreateMode.PERSISTENT));
            } else if (there) {
                multi.add(Op.delete(path, -1));
            }
        }
        return multi;
    }
}
