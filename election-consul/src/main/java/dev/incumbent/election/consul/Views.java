package dev.incumbent.election.consul;

import com.ecwid.consul.v1.kv.model.GetValue;
import dev.incumbent.election.CandidateId;
import dev.incumbent.election.CandidateInfo;
import dev.incumbent.election.Generation;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Standing;
import dev.incumbent.fencing.FencingToken;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Reads queues, linearizably, and remembers as of which indexes each own entry was seen where. Touched on the loop only. */
final class Views {

    /**
     * Where an entry was seen to stand.
     *
     * @param modifyIndex its own index
     * @param ahead who stood right ahead of it, null if nobody
     * @param decisive whether that one was the first
     */
    record Seen(long modifyIndex, @Nullable GetValue ahead, boolean decisive) {}

    private final Ground ground;
    private final HolderWait holderWait;
    private final Map<String, Seen> seen = new HashMap<>();

    Views(Ground ground, HolderWait holderWait) {
        this.ground = ground;
        this.holderWait = holderWait;
    }

    /** The newest view of an entry in which it stood; null if there is none. */
    @Nullable
    Seen seen(Entry own) {
        return seen.get(own.key());
    }

    void forget(String key) {
        seen.remove(key);
    }

    void forgetAll() {
        seen.clear();
    }

    // ---- one entry's place

    CompletableFuture<Outcome<Standing>> standing(Entry own) {
        return read(own.election())
                .thenApply(reply -> reply.isOk() ? standing(own, reply.get()) : ConsulErrors.read(reply));
    }

    /** Reads a queue and the generation in one view. */
    CompletableFuture<Reply<TxnAnswer>> read(String election) {
        String prefix = ground.layout().prefix(election);
        return ground.read(prefix, Txn.of(Txn.getTree(prefix)));
    }

    /** The place of an entry as a linearizable view shows it, together with the generation. */
    Outcome<Standing> standing(Entry own, TxnAnswer answer) {
        Outcome<GenerationRecord> record = ground.record(answer);
        GetValue stored = answer.key(own.key());
        if (stored == null || !stands(own, stored)) {
            forget(own.key());
            return new Outcome.Done<>(new Standing.Gone());
        }
        if (!(record instanceof Outcome.Done<GenerationRecord> done)) {
            return ConsulErrors.recast(record);
        }
        if (ground.doubt().isPresent()) {
            return ConsulErrors.unavailable(ground.doubt().get());
        }
        Generation current = done.value().generation();
        if (!current.equals(own.generation())) {
            return new Outcome.Done<>(new Standing.Superseded(current));
        }
        return new Outcome.Done<>(place(stored, answer.below(ground.layout().prefix(own.election()))));
    }

    static boolean stands(Entry own, GetValue stored) {
        return stored.getCreateIndex() == own.epoch() && own.session().value().equals(stored.getSession());
    }

    /** Remembers and tells the place of an entry in its queue, which is given in order. */
    Standing place(GetValue own, List<GetValue> queue) {
        seen.put(own.getKey(), look(own, queue));
        return peek(own, queue);
    }

    /** The place of an entry in its queue, which is given in order. */
    Standing peek(GetValue own, List<GetValue> queue) {
        Seen view = look(own, queue);
        GetValue ahead = view.ahead();
        if (ahead == null) {
            return new Standing.Head();
        }
        return ahead.getSession() == null
                ? new Standing.BehindOrphan(ahead.getKey(), holderWait.of(ahead, view.decisive()))
                : new Standing.Behind(ahead.getKey(), view.decisive());
    }

    private static Seen look(GetValue own, List<GetValue> queue) {
        GetValue ahead = null;
        for (GetValue other : queue) {
            if (other.getCreateIndex() < own.getCreateIndex()) {
                ahead = other;
            }
        }
        boolean decisive = ahead != null && queue.get(0).getKey().equals(ahead.getKey());
        return new Seen(own.getModifyIndex(), ahead, decisive);
    }

    // ---- everybody's place

    CompletableFuture<Outcome<List<CandidateInfo>>> list(String election) {
        return read(election).thenCompose(reply -> {
            if (!reply.isOk()) {
                return CompletableFuture.completedFuture(ConsulErrors.<List<CandidateInfo>>read(reply));
            }
            List<GetValue> queue = reply.get().below(ground.layout().prefix(election));
            if (queue.isEmpty()) {
                return CompletableFuture.completedFuture(new Outcome.Done<>(List.<CandidateInfo>of()));
            }
            CompletableFuture<Outcome<GenerationRecord>> record =
                    reply.get().key(ground.layout().generation()) == null
                            ? ground.readOrLay()
                            : CompletableFuture.completedFuture(ground.record(reply.get()));
            return record.thenApply(outcome -> outcome.map(done -> queue.stream()
                    .map(entry -> info(election, entry, done.generation()))
                    .toList()));
        });
    }

    /** What others see of a candidate. */
    static CandidateInfo info(String election, GetValue stored, Generation generation) {
        FencingToken token =
                new FencingToken(generation.authority(), election, generation.number(), stored.getCreateIndex());
        EntryValue value = EntryValue.of(stored)
                .orElseGet(() ->
                        new EntryValue(new CandidateId("unnamed"), Duration.ZERO, EntryValue.bytes(stored.getValue())));
        return new CandidateInfo(value.candidate(), token, value.payload());
    }
}
