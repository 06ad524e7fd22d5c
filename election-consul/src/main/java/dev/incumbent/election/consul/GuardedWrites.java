package dev.incumbent.election.consul;

import dev.incumbent.election.spi.Ack;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.GuardedOp;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Refusal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Writes below the data root in one Txn with the check that an entry stands. Touched on the loop only.
 *
 * <p>Consul compares a key's session and not its age. Since a key is never used for two entries, that is enough: a write that was
 * delayed past the end of its term finds no key, whatever terms the same session has had since.
 */
final class GuardedWrites {

    private final Ground ground;

    GuardedWrites(Ground ground) {
        this.ground = ground;
    }

    CompletableFuture<Outcome<Ack>> write(Entry own, List<GuardedOp> ops) {
        List<Txn.Op> changes = new ArrayList<>();
        changes.add(Txn.checkSession(own.key(), own.session().value()));
        String shared = ground.layout().sharedKey(own.election());
        if (shared != null) {
            changes.add(Txn.checkSession(shared, own.session().value()));
        }
        String complaint = complaint(ops, Txn.MOST_OPS - changes.size());
        if (!complaint.isEmpty()) {
            return CompletableFuture.completedFuture(new Outcome.Refused<>(Refusal.INVALID, complaint));
        }
        for (GuardedOp op : ops) {
            changes.add(op instanceof GuardedOp.Put put ? Txn.set(name(put), put.value()) : Txn.delete(name(op)));
        }
        return ground.write(new Txn(changes)).thenApply(reply -> Entries.whileStanding(own, reply));
    }

    private String name(GuardedOp op) {
        return ground.layout().data(op instanceof GuardedOp.Put put ? put.key() : ((GuardedOp.Delete) op).key());
    }

    private String complaint(List<GuardedOp> ops, int most) {
        if (ops.isEmpty()) {
            return "a guarded write has at least one change";
        }
        if (ops.size() > most) {
            return "Consul takes at most " + most + " changes in one guarded Txn; this write has " + ops.size();
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
