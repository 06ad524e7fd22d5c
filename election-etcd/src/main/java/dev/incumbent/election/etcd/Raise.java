package dev.incumbent.election.etcd;

import com.google.protobuf.ByteString;
import dev.incumbent.election.Generation;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Refusal;
import io.etcd.jetcd.api.TxnRequest;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * Raises the generation and removes every entry, in one Txn.
 *
 * <p>etcd deletes a range of any size in one operation, so nobody ever sees the new generation beside an old entry. Touched
 * on the loop only.
 */
final class Raise {

    /** How many native paths fit into the Txn beside the rest. */
    static final int MOST_NATIVE_PATHS = 100;

    private final Ground ground;

    Raise(Ground ground) {
        this.ground = ground;
    }

    CompletableFuture<Outcome<Generation>> raise(Optional<UUID> authority, long atLeast) {
        return ground.readOrLay().thenCompose(outcome -> {
            if (!(outcome instanceof Outcome.Done<GenerationRecord> done)) {
                return CompletableFuture.completedFuture(EtcdErrors.<Generation>recast(outcome));
            }
            Generation old = done.value().generation();
            Generation raised = new Generation(authority.orElse(old.authority()), Math.max(old.number() + 1, atLeast));
            return write(done.value(), raised);
        });
    }

    private CompletableFuture<Outcome<Generation>> write(GenerationRecord before, Generation raised) {
        Layout layout = ground.layout();
        ByteString text = GenerationRecord.format(raised);
        TxnRequest.Builder txn = TxnRequest.newBuilder()
                .addCompare(Txns.holds(layout.generation(), before.text()))
                .addSuccess(Txns.put(layout.generation(), text, 0))
                .addSuccess(Txns.deleteAll(layout.elections()));
        layout.nativeElections().forEach(election -> txn.addSuccess(Txns.deleteAll(layout.prefix(election))));
        return ground.cluster().write(Rpc.TXN, txn.build()).thenApply(reply -> {
            if (!reply.isOk()) {
                return EtcdErrors.write(reply);
            }
            if (!reply.get().getSucceeded()) {
                return new Outcome.Refused<>(
                        Refusal.GENERATION_CHANGED, "somebody else raised the generation meanwhile");
            }
            long revision = reply.get().getHeader().getRevision();
            ground.note(new GenerationRecord(raised, text, revision), revision);
            return new Outcome.Done<>(raised);
        });
    }
}
