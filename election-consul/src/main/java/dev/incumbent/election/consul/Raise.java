package dev.incumbent.election.consul;

import com.ecwid.consul.v1.kv.model.GetValue;
import dev.incumbent.election.Generation;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * Raises the generation and removes every entry, in one Txn.
 *
 * <p>Consul deletes a tree of any size in one operation, so nobody ever sees the new generation beside an old entry. Touched
 * on the loop only.
 */
final class Raise {

    /** How many shared keys fit into the Txn beside the rest. */
    static final int MOST_SHARED_KEYS = 60;

    private final Ground ground;

    Raise(Ground ground) {
        this.ground = ground;
    }

    CompletableFuture<Outcome<Generation>> raise(Optional<UUID> authority, long atLeast) {
        return ground.readOrLay().thenCompose(outcome -> {
            if (!(outcome instanceof Outcome.Done<GenerationRecord> done)) {
                return CompletableFuture.completedFuture(ConsulErrors.<Generation>recast(outcome));
            }
            Generation old = done.value().generation();
            Generation raised = new Generation(authority.orElse(old.authority()), Math.max(old.number() + 1, atLeast));
            return write(done.value(), raised);
        });
    }

    private CompletableFuture<Outcome<Generation>> write(GenerationRecord before, Generation raised) {
        Layout layout = ground.layout();
        List<Txn.Op> ops = new ArrayList<>();
        ops.add(Txn.checkIndex(layout.generation(), before.modifyIndex()));
        ops.add(Txn.set(layout.generation(), GenerationRecord.format(raised)));
        ops.add(Txn.deleteTree(layout.elections()));
        layout.sharedKeys().values().forEach(key -> ops.add(Txn.delete(key)));
        ops.add(Txn.get(layout.generation()));
        return ground.write(new Txn(ops)).thenApply(reply -> {
            if (!reply.isOk()) {
                return ConsulErrors.write(reply);
            }
            if (!reply.get().isDone()) {
                boolean other = reply.get().errors().stream()
                        .anyMatch(failure -> ConsulErrors.denial(failure) == ConsulErrors.Denial.OTHER_INDEX);
                return other
                        ? new Outcome.Refused<>(
                                Refusal.GENERATION_CHANGED, "somebody else raised the generation meanwhile")
                        : Entries.denied(reply.get());
            }
            GetValue stored = reply.get().key(layout.generation());
            if (stored != null) {
                GenerationRecord.of(stored).ifPresent(ground::note);
            }
            return new Outcome.Done<>(raised);
        });
    }
}
