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
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads queues, linearizably, and remembers as of which indexes each own entry was seen where. Touched on the loop only. */
final class Views {

    /**
     * Where an entry was seen to stand.
     *
     * @param modifyIndex its own index
     * @param ahead who stood right ahead of it, null if nobody
     * @param decisive whether that one was the first
     * @param shared the key that it shares with other recipes, null if there is none or it was not there
     */
    record Seen(
            long modifyIndex,
            @Nullable GetValue ahead,
            boolean decisive,
            @Nullable GetValue shared) {

        Seen with(@Nullable GetValue sharedKey) {
            return new Seen(modifyIndex, ahead, decisive, sharedKey);
        }
    }

    private final Ground ground;
    private final HolderWait holderWait;
    private final Map<String, Seen> seen = new HashMap<>();
    private Consumer<Entry> onGone = gone -> {};

    Views(Ground ground, HolderWait holderWait) {
        this.ground = ground;
        this.holderWait = holderWait;
    }

    /** Who is told of own entries that do not stand any more. */
    void onGone(Consumer<Entry> told) {
        onGone = told;
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

    /** Reads a queue and the generation in one view, and the shared key if there is one. */
    CompletableFuture<Reply<TxnAnswer>> read(String election) {
        return ground.read(ground.layout().prefix(election), looking(election));
    }

    /** The operations that show a queue. */
    Txn looking(String election) {
        Txn queue = Txn.of(Txn.getTree(ground.layout().prefix(election)));
        String shared = ground.layout().sharedKey(election);
        return shared == null ? queue : queue.then(Txn.getTree(shared));
    }

    /** The place of an entry as a linearizable view shows it, together with the generation. */
    Outcome<Standing> standing(Entry own, TxnAnswer answer) {
        Outcome<GenerationRecord> record = ground.record(answer);
        GetValue stored = answer.key(own.key());
        if (stored == null || !stands(own, stored)) {
            forget(own.key());
            onGone.accept(own);
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
        Standing standing = place(stored, answer.below(ground.layout().prefix(own.election())));
        String shared = ground.layout().sharedKey(own.election());
        if (shared == null) {
            return new Outcome.Done<>(standing);
        }
        if (standing instanceof Standing.Head) {
            return new Outcome.Done<>(atSharedKey(own, stored, shared, answer.key(shared)));
        }
        seen.computeIfPresent(own.key(), (key, view) -> view.with(answer.key(shared)));
        return new Outcome.Done<>(standing);
    }

    /** The first of ours leads only while it holds what it shares with others, and holds it for itself. */
    private Standing atSharedKey(Entry own, GetValue stored, String name, @Nullable GetValue shared) {
        String named = shared == null ? null : SharedKeys.named(ground.layout(), own.election(), shared);
        boolean forAnother = named != null && !named.equals(own.key());
        if (shared != null && own.session().value().equals(shared.getSession()) && !forAnother) {
            seen.put(own.key(), new Seen(stored.getModifyIndex(), null, false, shared));
            return new Standing.Head();
        }
        GetValue absent = new GetValue();
        absent.setKey(name);
        seen.put(own.key(), new Seen(stored.getModifyIndex(), shared == null ? absent : shared, false, shared));
        return new Standing.Behind(name, false);
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
        return new Seen(own.getModifyIndex(), ahead, decisive, null);
    }

    // ---- everybody's place

    CompletableFuture<Outcome<List<CandidateInfo>>> list(String election) {
        return read(election).thenCompose(reply -> {
            if (!reply.isOk()) {
                return CompletableFuture.completedFuture(ConsulErrors.<List<CandidateInfo>>read(reply));
            }
            List<GetValue> queue = reply.get().below(ground.layout().prefix(election));
            Optional<GetValue> stranger = stranger(election, reply.get(), queue);
            if (queue.isEmpty() && stranger.isEmpty()) {
                return CompletableFuture.completedFuture(new Outcome.Done<>(List.<CandidateInfo>of()));
            }
            CompletableFuture<Outcome<GenerationRecord>> record =
                    reply.get().key(ground.layout().generation()) == null
                            ? ground.readOrLay()
                            : CompletableFuture.completedFuture(ground.record(reply.get()));
            return record.thenApply(outcome -> outcome.map(done -> Stream.concat(
                            stranger.map(holder -> stranger(election, holder, done.generation())).stream(),
                            queue.stream().map(entry -> info(election, entry, done.generation())))
                    .toList()));
        });
    }

    /** Who holds the shared key if it is none of ours. */
    private Optional<GetValue> stranger(String election, TxnAnswer answer, List<GetValue> queue) {
        String shared = ground.layout().sharedKey(election);
        return Optional.ofNullable(shared == null ? null : answer.key(shared))
                .filter(key -> key.getSession() != null)
                .filter(key ->
                        queue.stream().noneMatch(entry -> key.getSession().equals(entry.getSession())));
    }

    /** A stranger has no token; the index of its lock stands for the epoch. */
    private static CandidateInfo stranger(String election, GetValue shared, Generation generation) {
        FencingToken token =
                new FencingToken(generation.authority(), election, generation.number(), shared.getModifyIndex());
        byte[] value = EntryValue.bytes(shared.getValue());
        return new CandidateInfo(new CandidateId("session " + shared.getSession()), token, value);
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
