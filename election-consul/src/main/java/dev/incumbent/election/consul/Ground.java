package dev.incumbent.election.consul;

import com.ecwid.consul.v1.kv.model.GetValue;
import dev.incumbent.election.Generation;
import dev.incumbent.election.spi.IoLoop;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Refusal;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all elections of one client stand on: the layout, the generation record, and whether the store is still the one that
 * numbered our epochs. Touched on the loop only.
 *
 * <p>Consul does not say which cluster answers. What tells a rebuilt one is that its indexes fall: one that a linearizable answer
 * shows may not lie below one that was seen before the question was sent.
 */
final class Ground {

    private static final Logger log = LoggerFactory.getLogger(Ground.class);

    private final Agents agents;
    private final Layout layout;
    private final Batcher reads;
    private @Nullable GenerationRecord known;
    private long highest;
    private @Nullable String doubt;
    private @Nullable Generation doubted;
    private Runnable onRebuilt = () -> {};

    Ground(Agents agents, Layout layout) {
        this.agents = agents;
        this.layout = layout;
        this.reads = new Batcher(agents.loop(), agents.boundNanos(), this::read);
    }

    Agents agents() {
        return agents;
    }

    IoLoop loop() {
        return agents.loop();
    }

    Layout layout() {
        return layout;
    }

    /** Who is told that everything that was read is worth nothing now. */
    void onRebuilt(Runnable told) {
        onRebuilt = told;
    }

    // ---- reads and writes

    /** Reads a place together with the generation, with others if others ask. */
    CompletableFuture<Reply<TxnAnswer>> read(String place, Txn own) {
        return reads.send(place, Txn.of(Txn.getTree(layout.generation())), own);
    }

    private CompletableFuture<Reply<TxnAnswer>> read(Txn txn) {
        return witnessed(() -> agents.read(ConsulApi.transact(txn)));
    }

    CompletableFuture<Reply<TxnAnswer>> write(Txn txn) {
        return witnessed(() -> agents.write(ConsulApi.transact(txn)));
    }

    private CompletableFuture<Reply<TxnAnswer>> witnessed(
            java.util.function.Supplier<CompletableFuture<Reply<TxnAnswer>>> request) {
        GenerationRecord before = known;
        return request.get().thenApply(reply -> {
            if (reply.isOk()) {
                witness(before, reply.get());
            }
            return reply;
        });
    }

    private void witness(@Nullable GenerationRecord before, TxnAnswer answer) {
        GetValue record = answer.key(layout.generation());
        if (before != null && record != null && record.getModifyIndex() < before.modifyIndex()) {
            rebuilt("the generation's index fell from " + before.modifyIndex() + " to " + record.getModifyIndex());
        }
        answer.keys().values().forEach(key -> highest = Math.max(highest, key.getModifyIndex()));
    }

    /** The highest index that was seen: nothing that begins to happen now may have a lower one. */
    long highest() {
        return highest;
    }

    /** Asks how far the store has got, which is never back. */
    CompletableFuture<Void> probe() {
        long floor = highest;
        return agents.read(ConsulApi.get(layout.nothing())).thenAccept(reply -> {
            if (reply.isOk() && reply.index() > 1) {
                above(reply.index() + 1, floor);
                highest = Math.max(highest, reply.index());
            }
        });
    }

    /** Compares an index that came up with the highest one before. Yields whether it is above. */
    boolean above(long index, long floor) {
        if (index > floor || floor > highest) {
            return true;
        }
        rebuilt("an index of " + index + " came up after " + floor);
        return false;
    }

    // ---- the generation

    /** The newest record that was read; null before the first. */
    @Nullable
    GenerationRecord known() {
        return known;
    }

    /** Takes the record out of a view and remembers it. */
    Outcome<GenerationRecord> record(TxnAnswer answer) {
        GetValue stored = answer.key(layout.generation());
        if (stored == null) {
            return ConsulErrors.unavailable("there is no generation record at " + layout.generation());
        }
        Optional<GenerationRecord> record = GenerationRecord.of(stored);
        if (record.isEmpty()) {
            return new Outcome.Refused<>(
                    Refusal.INVALID,
                    layout.generation() + " does not hold 'authority=<uuid>' and 'generation=<number>'; restore it, or"
                            + " delete it and raise the generation");
        }
        note(record.get());
        return new Outcome.Done<>(record.get());
    }

    void note(GenerationRecord record) {
        GenerationRecord present = known;
        if (present == null || record.modifyIndex() >= present.modifyIndex()) {
            known = record;
        }
        Generation before = doubted;
        if (before != null && isRaised(before, record.generation())) {
            log.info("The generation is {} now; the doubt is over: {}", record.generation(), doubt);
            doubt = null;
            doubted = null;
        }
    }

    /** What is laid in an empty place has another authority and the number 0: nobody raised that. */
    private static boolean isRaised(Generation before, Generation now) {
        return now.number() > (now.authority().equals(before.authority()) ? before.number() : 0);
    }

    CompletableFuture<Outcome<GenerationRecord>> read() {
        return readTxn().thenApply(reply -> reply.isOk() ? record(reply.get()) : ConsulErrors.read(reply));
    }

    private CompletableFuture<Reply<TxnAnswer>> readTxn() {
        return read(layout.generation(), Txn.of());
    }

    /** Reads the generation, and writes the first one where there is none. */
    CompletableFuture<Outcome<GenerationRecord>> readOrLay() {
        return readTxn().thenCompose(reply -> {
            if (!reply.isOk()) {
                return CompletableFuture.completedFuture(ConsulErrors.<GenerationRecord>read(reply));
            }
            return reply.get().key(layout.generation()) != null
                    ? CompletableFuture.completedFuture(record(reply.get()))
                    : lay();
        });
    }

    /** Whoever comes first writes it; everybody reads what stands then, so that it matters to nobody whose write it was. */
    private CompletableFuture<Outcome<GenerationRecord>> lay() {
        byte[] first = GenerationRecord.format(new Generation(UUID.randomUUID(), 0));
        Txn txn = Txn.of(Txn.checkNotExists(layout.generation()), Txn.set(layout.generation(), first));
        return write(txn).thenCompose(reply -> {
            if (!reply.isOk()) {
                return CompletableFuture.completedFuture(ConsulErrors.<GenerationRecord>read(reply));
            }
            boolean forbidden = reply.get().errors().stream()
                    .anyMatch(failure -> ConsulErrors.denial(failure) == ConsulErrors.Denial.NOT_PERMITTED);
            return forbidden
                    ? CompletableFuture.completedFuture(
                            new Outcome.Refused<>(Refusal.NOT_PERMITTED, ConsulErrors.message(reply.get())))
                    : read();
        });
    }

    // ---- another store

    /**
     * The store is not the one that was seen before. Its numbers cannot be compared with those that were handed out, so nobody
     * is let into office until the generation has been raised above the one known then.
     */
    void rebuilt(String what) {
        GenerationRecord record = known;
        highest = 0;
        known = null;
        if (record == null) {
            return;
        }
        if (doubted == null) {
            doubted = record.generation();
        }
        doubt = "Consul was rebuilt or restored: " + what
                + ". Nobody takes office before the generation is raised above " + doubted.number()
                + ": call ElectionAdmin.raiseGeneration(authority " + doubted.authority() + ")";
        log.error("{}", doubt);
        onRebuilt.run();
    }

    /** Why no epoch of this store can be trusted now; empty if they can. */
    Optional<String> doubt() {
        return Optional.ofNullable(doubt);
    }
}
