package dev.incumbent.election.etcd;

import com.google.protobuf.ByteString;
import dev.incumbent.election.Generation;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Refusal;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.TxnRequest;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all elections of one client stand on: the layout, the generation record, and whether the cluster is still the one
 * that numbered our epochs. Touched on the loop only.
 */
final class Ground {

    private static final Logger log = LoggerFactory.getLogger(Ground.class);

    private final Cluster cluster;
    private final Layout layout;
    private final Batcher reads;
    private @Nullable GenerationRecord known;
    private long knownAt;
    private @Nullable String doubt;
    private @Nullable Generation doubted;

    Ground(Cluster cluster, Layout layout) {
        this.cluster = cluster;
        this.layout = layout;
        this.reads = new Batcher(cluster.loop(), cluster.boundNanos(), txn -> cluster.read(Rpc.TXN, txn));
    }

    Cluster cluster() {
        return cluster;
    }

    Layout layout() {
        return layout;
    }

    /** Linearizable reads. */
    Batcher reads() {
        return reads;
    }

    // ---- the generation

    /** The newest record that was read; null before the first. */
    @Nullable
    GenerationRecord known() {
        return known;
    }

    /** What was read, or what was heard of meanwhile: an answer may come later than news of what happened after it. */
    GenerationRecord newest(GenerationRecord read) {
        GenerationRecord record = known;
        return record == null ? read : record;
    }

    /** The revision as of which {@link #known()} was the record. */
    long knownAt() {
        return knownAt;
    }

    /** What the record of a generation looks like: as it was read, or else as this adapter writes it. */
    ByteString textOf(Generation generation) {
        GenerationRecord record = known;
        return record != null && record.generation().equals(generation)
                ? record.text()
                : GenerationRecord.format(generation);
    }

    /** Takes the record out of a view and remembers it. */
    Outcome<GenerationRecord> record(RangeResponse range, long revision) {
        if (range.getKvsCount() == 0) {
            return EtcdErrors.unavailable("there is no generation record at " + layout.generation());
        }
        Optional<GenerationRecord> record = GenerationRecord.of(range.getKvs(0));
        if (record.isEmpty()) {
            return new Outcome.Refused<>(
                    Refusal.INVALID,
                    layout.generation() + " does not hold 'authority=<uuid>' and 'generation=<number>'; restore it, or"
                            + " delete it and raise the generation");
        }
        note(record.get(), revision);
        return new Outcome.Done<>(record.get());
    }

    void note(GenerationRecord record, long revision) {
        if (known == null || revision >= knownAt) {
            if (known != null && doubted == null && fell(known.generation(), record.generation())) {
                cluster.sightings()
                        .rebuilt("the generation fell from " + known.generation() + " to " + record.generation());
            }
            known = record;
            knownAt = revision;
        }
        Generation before = doubted;
        if (before != null && isRaised(before, record.generation())) {
            log.info("The generation is {} now; the doubt is over: {}", record.generation(), doubt);
            doubt = null;
            doubted = null;
        }
    }

    private static boolean fell(Generation before, Generation now) {
        return now.authority().equals(before.authority()) && now.number() < before.number();
    }

    /** What is laid in an empty place has another authority and the number 0: nobody raised that. */
    private static boolean isRaised(Generation before, Generation now) {
        return now.number() > (now.authority().equals(before.authority()) ? before.number() : 0);
    }

    CompletableFuture<Outcome<GenerationRecord>> read() {
        return readRange().thenApply(outcome -> {
            if (!(outcome instanceof Outcome.Done<Batcher.Answer> done)) {
                return EtcdErrors.recast(outcome);
            }
            Batcher.Answer answer = done.value();
            return record(answer.response().getResponses(0).getResponseRange(), answer.revision());
        });
    }

    private CompletableFuture<Outcome<Batcher.Answer>> readRange() {
        TxnRequest txn = TxnRequest.newBuilder()
                .addSuccess(Txns.read(layout.generation()))
                .build();
        return reads.send(layout.generation(), txn)
                .thenApply(reply -> reply.isOk() ? new Outcome.Done<>(reply.get()) : EtcdErrors.read(reply));
    }

    /** Reads the generation, and writes the first one where there is none. */
    CompletableFuture<Outcome<GenerationRecord>> readOrLay() {
        return readRange().thenCompose(outcome -> {
            if (!(outcome instanceof Outcome.Done<Batcher.Answer> done)) {
                return CompletableFuture.completedFuture(EtcdErrors.<GenerationRecord>recast(outcome));
            }
            RangeResponse range = done.value().response().getResponses(0).getResponseRange();
            return range.getKvsCount() > 0
                    ? CompletableFuture.completedFuture(
                            record(range, done.value().revision()))
                    : lay();
        });
    }

    /** Whoever comes first writes it; everybody reads what stands then, so that it matters to nobody whose write it was. */
    private CompletableFuture<Outcome<GenerationRecord>> lay() {
        String name = layout.generation();
        ByteString first = GenerationRecord.format(new Generation(UUID.randomUUID(), 0));
        TxnRequest txn = TxnRequest.newBuilder()
                .addCompare(Txns.absent(name))
                .addSuccess(Txns.put(name, first, 0))
                .build();
        return cluster.write(Rpc.TXN, txn)
                .thenCompose(reply -> reply.isOk()
                        ? read()
                        : CompletableFuture.completedFuture(EtcdErrors.<GenerationRecord>read(reply)));
    }

    // ---- another cluster

    /**
     * The cluster is not the one that was seen before. Its numbers cannot be compared with those that were handed out, so
     * nobody is let into office until the generation has been raised above the one known then.
     */
    void doubt(String what) {
        GenerationRecord record = known;
        knownAt = 0;
        if (record == null) {
            return;
        }
        if (doubted == null) {
            doubted = record.generation();
        }
        doubt = "etcd was rebuilt or restored: " + what + ". Nobody takes office before the generation is raised above "
                + doubted.number() + ": call ElectionAdmin.raiseGeneration(authority " + doubted.authority() + ")";
        log.error("{}", doubt);
    }

    /** Why no epoch of this cluster can be trusted now; empty if they can. */
    Optional<String> doubt() {
        return Optional.ofNullable(doubt);
    }
}
