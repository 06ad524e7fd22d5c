package dev.incumbent.election.etcd;

import com.google.protobuf.ByteString;
import dev.incumbent.election.spi.Ack;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.GuardedOp;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Refusal;
import io.etcd.jetcd.api.TxnRequest;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Writes below the data root in one Txn with the check that an entry stands. Touched on the loop only. */
final class GuardedWrites {

    private final Ground ground;

    GuardedWrites(Ground ground) {
        this.ground = ground;
    }

    CompletableFuture<Outcome<Ack>> write(Entry own, List<GuardedOp> ops) {
        String complaint = complaint(ops);
        if (!complaint.isEmpty()) {
            return CompletableFuture.completedFuture(new Outcome.Refused<>(Refusal.INVALID, complaint));
        }
        TxnRequest.Builder txn = TxnRequest.newBuilder().addCompare(Txns.createdAt(own.key(), own.epoch()));
        for (GuardedOp op : ops) {
            if (op instanceof GuardedOp.Put put) {
                txn.addSuccess(Txns.put(name(put), ByteString.copyFrom(put.value()), 0));
            } else {
                txn.addSuccess(Txns.delete(name(op)));
            }
        }
        return ground.cluster().write(Rpc.TXN, txn.build()).thenApply(reply -> Entries.whileStanding(own, reply));
    }

    private String name(GuardedOp op) {
        return ground.layout().data(op instanceof GuardedOp.Put put ? put.key() : ((GuardedOp.Delete) op).key());
    }

    private String complaint(List<GuardedOp> ops) {
        if (ops.isEmpty()) {
            return "a guarded write has at least one change";
        }
        if (ops.size() > Txns.MOST_OPS) {
            return "etcd takes at most " + Txns.MOST_OPS + " changes in one Txn; this write has " + ops.size();
        }
        Set<String> names = new HashSet<>();
        for (GuardedOp op : ops) {
            if (!names.add(name(op))) {
                return "a guarded write changes each key once; this one changes " + name(op) + " twice";
            }
        }
        return "";
    }
}
