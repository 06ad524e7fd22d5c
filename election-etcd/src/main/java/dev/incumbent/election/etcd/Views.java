package dev.incumbent.election.etcd;

import dev.incumbent.election.CandidateInfo;
import dev.incumbent.election.Generation;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Standing;
import dev.incumbent.fencing.FencingToken;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads queues, linearizably, and remembers as of which revision each own entry was seen where. Touched on the loop only. */
final class Views {

    /**
     * Where an entry was seen to stand.
     *
     * @param epoch which entry
     * @param predecessor who stood right ahead of it, null if nobody
     * @param decisive whether that one was the first
     * @param revision as of which revision
     */
    record Seen(long epoch, @Nullable String predecessor, boolean decisive, long revision) {}

    private final Ground ground;
    private final Map<String, Seen> seen = new HashMap<>();
    private Consumer<Entry> onEnd = own -> {};

    Views(Ground ground) {
        this.ground = ground;
    }

    /** The newest view of an entry in which it stood; null if there is none. */
    @Nullable
    Seen seen(Entry own) {
        Seen view = seen.get(own.key());
        return view != null && view.epoch == own.epoch() ? view : null;
    }

    /** Who is told of each entry that has ended. */
    void onEnd(Consumer<Entry> told) {
        onEnd = told;
    }

    /** An entry has ended. A newer one may be under its key by now. */
    void forget(Entry own) {
        onEnd.accept(own);
        Seen view = seen.get(own.key());
        if (view != null && view.epoch <= own.epoch()) {
            seen.remove(own.key());
        }
    }

    void forgetAll() {
        seen.clear();
    }

    // ---- one entry's place

    CompletableFuture<Outcome<Standing>> standing(Entry own) {
        String prefix = ground.layout().prefix(own.election());
        TxnRequest txn = TxnRequest.newBuilder()
                .addSuccess(Txns.readNumbers(own.key()))
                .addSuccess(Txns.nextOlderThan(prefix, own.epoch()))
                .addSuccess(Txns.oldest(prefix))
                .addSuccess(Txns.read(ground.layout().generation()))
                .build();
        return ground.reads().send(own.key(), txn).thenApply(reply -> {
            if (!reply.isOk()) {
                return EtcdErrors.read(reply);
            }
            TxnResponse response = reply.get().response();
            RangeResponse generation = response.getResponses(3).getResponseRange();
            Outcome<GenerationRecord> record =
                    ground.record(generation, reply.get().revision());
            if (!stands(own, first(response, 0))) {
                forget(own);
                return new Outcome.Done<>(new Standing.Gone());
            }
            return place(
                    own, first(response, 1), first(response, 2), reply.get().revision(), record);
        });
    }

    static @Nullable KeyValue first(TxnResponse response, int op) {
        RangeResponse range = response.getResponses(op).getResponseRange();
        return range.getKvsCount() == 0 ? null : range.getKvs(0);
    }

    static boolean stands(Entry own, @Nullable KeyValue stored) {
        return stored != null
                && stored.getCreateRevision() == own.epoch()
                && Long.toHexString(stored.getLease()).equals(own.session().value());
    }

    /** The place of an entry that stands. */
    Outcome<Standing> place(
            Entry own,
            @Nullable KeyValue ahead,
            @Nullable KeyValue oldest,
            long revision,
            Outcome<GenerationRecord> record) {
        if (!(record instanceof Outcome.Done<GenerationRecord> done)) {
            return EtcdErrors.recast(record);
        }
        Optional<String> doubt = ground.doubt();
        if (doubt.isPresent()) {
            return EtcdErrors.unavailable(doubt.get());
        }
        Generation current = done.value().generation();
        if (!current.equals(own.generation())) {
            return new Outcome.Done<>(new Standing.Superseded(current));
        }
        return new Outcome.Done<>(seen(own, ahead, oldest, revision));
    }

    /** Remembers the place of an entry that stands, seen together with the generation it was made under. */
    Standing seen(Entry own, @Nullable KeyValue ahead, @Nullable KeyValue oldest, long revision) {
        if (ahead == null) {
            seen.put(own.key(), new Seen(own.epoch(), null, false, revision));
            return new Standing.Head();
        }
        boolean decisive = oldest != null && oldest.getKey().equals(ahead.getKey());
        String predecessor = Layout.name(ahead.getKey());
        seen.put(own.key(), new Seen(own.epoch(), predecessor, decisive, revision));
        return new Standing.Behind(predecessor, decisive);
    }

    // ---- everybody's place

    CompletableFuture<Outcome<List<CandidateInfo>>> list(String election) {
        TxnRequest txn = TxnRequest.newBuilder()
                .addSuccess(Txns.range(Txns.byAge(ground.layout().prefix(election))))
                .addSuccess(Txns.read(ground.layout().generation()))
                .build();
        // Not with others: queues may be long.
        return ground.cluster().read(Rpc.TXN, txn).thenCompose(reply -> {
            if (!reply.isOk()) {
                return CompletableFuture.completedFuture(EtcdErrors.<List<CandidateInfo>>read(reply));
            }
            List<KeyValue> queue =
                    reply.get().getResponses(0).getResponseRange().getKvsList();
            RangeResponse generation = reply.get().getResponses(1).getResponseRange();
            if (queue.isEmpty()) {
                return CompletableFuture.completedFuture(new Outcome.Done<>(List.<CandidateInfo>of()));
            }
            CompletableFuture<Outcome<GenerationRecord>> record = generation.getKvsCount() == 0
                    ? ground.readOrLay()
                    : CompletableFuture.completedFuture(
                            ground.record(generation, reply.get().getHeader().getRevision()));
            return record.thenApply(outcome -> outcome.map(done -> queue.stream()
                    .map(entry -> info(election, entry, done.generation()))
                    .toList()));
        });
    }

    /** What others see of a candidate. */
    CandidateInfo info(String election, KeyValue entry, Generation generation) {
        FencingToken token =
                new FencingToken(generation.authority(), election, generation.number(), entry.getCreateRevision());
        EntryValue value = ground.layout().isNative(election) ? EntryValue.ofNative(entry) : EntryValue.ofOurs(entry);
        return new CandidateInfo(value.candidate(), token, value.payload());
    }
}
