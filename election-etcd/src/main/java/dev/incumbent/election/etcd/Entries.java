package dev.incumbent.election.etcd;

import com.google.protobuf.ByteString;
import dev.incumbent.election.Generation;
import dev.incumbent.election.spi.Ack;
import dev.incumbent.election.spi.EnrolRequest;
import dev.incumbent.election.spi.Enrolment;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Refusal;
import dev.incumbent.election.spi.SessionId;
import dev.incumbent.election.spi.Standing;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.LeaseTimeToLiveRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Makes, finds, changes and removes the own entries.
 *
 * <p>A session has one key in each election, and its epoch tells one entry under that key from the next. Touched on the
 * loop only.
 */
final class Entries {

    private final Ground ground;
    private final Sessions sessions;
    private final Views views;
    private final Batcher enrolments;
    private final Batcher removals;

    Entries(Ground ground, Sessions sessions, Views views) {
        this.ground = ground;
        this.sessions = sessions;
        this.views = views;
        this.enrolments = writes(ground);
        this.removals = writes(ground);
    }

    private static Batcher writes(Ground ground) {
        Cluster cluster = ground.cluster();
        return new Batcher(cluster.loop(), cluster.boundNanos(), txn -> cluster.write(Rpc.TXN, txn));
    }

    // ---- entering

    CompletableFuture<Outcome<Enrolment>> enrol(EnrolRequest request) {
        OpenSession open = sessions.find(request.session());
        if (open == null) {
            return CompletableFuture.completedFuture(Sessions.gone(request.session()));
        }
        Optional<String> doubt = ground.doubt();
        return doubt.isPresent()
                ? CompletableFuture.completedFuture(EtcdErrors.unavailable(doubt.get()))
                : enter(open, request, true);
    }

    private CompletableFuture<Outcome<Enrolment>> enter(OpenSession open, EnrolRequest request, boolean mayRepeat) {
        String key = ground.layout().entry(request.election(), open.lease());
        open.made(key, request.candidate(), request.generation());
        return enrolments.send(key, entering(open, request, key)).thenCompose(reply -> {
            if (!reply.isOk()) {
                return notAnswered(request, reply);
            }
            return reply.get().response().getSucceeded()
                    ? CompletableFuture.completedFuture(entered(request, key, reply.get()))
                    : notEntered(open, request, key, reply.get(), mayRepeat);
        });
    }

    /** Where the quota is used up, that answer is the last that comes, and a read tells whether the write was carried out. */
    private CompletableFuture<Outcome<Enrolment>> notAnswered(EnrolRequest request, Reply<?> reply) {
        Outcome<Enrolment> open = EtcdErrors.write(reply);
        if (!(open instanceof Outcome.Ambiguous) || !EtcdErrors.isFull(reply.status())) {
            return CompletableFuture.completedFuture(open);
        }
        return findOwn(request)
                .thenApply(found -> found instanceof Outcome.Done<Optional<Enrolment>> done
                        ? done.value()
                                .<Outcome<Enrolment>>map(Outcome.Done::new)
                                .orElseGet(() -> EtcdErrors.read(reply))
                        : open);
    }

    private TxnRequest entering(OpenSession open, EnrolRequest request, String key) {
        Layout layout = ground.layout();
        String prefix = layout.prefix(request.election());
        EntryValue value = new EntryValue(request.candidate(), request.payload());
        ByteString stored = layout.isNative(request.election()) ? value.asNative() : value.ours();
        return TxnRequest.newBuilder()
                .addCompare(Txns.absent(key))
                .addCompare(Txns.holds(layout.generation(), ground.textOf(request.generation())))
                .addSuccess(Txns.put(key, stored, open.lease()))
                .addSuccess(Txns.youngestTwo(prefix))
                .addSuccess(Txns.oldest(prefix))
                .addFailure(Txns.readNumbers(key))
                .addFailure(Txns.read(layout.generation()))
                .build();
    }

    /** The ranges see the put; nobody is younger than it in the view that its own Txn makes. */
    private Outcome<Enrolment> entered(EnrolRequest request, String key, Batcher.Answer answer) {
        List<KeyValue> youngest =
                answer.response().getResponses(1).getResponseRange().getKvsList();
        if (youngest.isEmpty() || !youngest.get(0).getKey().equals(Layout.key(key))) {
            return new Outcome.Ambiguous<>(
                    new IllegalStateException("entered, but the view does not show the entry " + key));
        }
        Entry entry = new Entry(
                request.election(), request.session(), key, youngest.get(0).getCreateRevision(), request.generation());
        KeyValue ahead = youngest.size() > 1 ? youngest.get(1) : null;
        Standing standing = views.seen(entry, ahead, Views.first(answer.response(), 2), answer.revision());
        return new Outcome.Done<>(new Enrolment(entry, standing));
    }

    private CompletableFuture<Outcome<Enrolment>> notEntered(
            OpenSession open, EnrolRequest request, String key, Batcher.Answer answer, boolean mayRepeat) {
        RangeResponse generation = answer.response().getResponses(1).getResponseRange();
        if (generation.getKvsCount() == 0) {
            return CompletableFuture.completedFuture(generationChanged(request));
        }
        Outcome<GenerationRecord> record = ground.record(generation, answer.revision());
        if (!(record instanceof Outcome.Done<GenerationRecord> done)) {
            return CompletableFuture.completedFuture(EtcdErrors.recast(record));
        }
        if (!done.value().generation().equals(request.generation())) {
            return CompletableFuture.completedFuture(generationChanged(request));
        }
        KeyValue own = Views.first(answer.response(), 0);
        if (own != null) {
            return found(open, request, key, own, done.value()).thenApply(Entries::handedBack);
        }
        // The record says the same in other words, which are known now; nothing was written.
        return mayRepeat
                ? enter(open, request, false)
                : CompletableFuture.completedFuture(
                        EtcdErrors.unavailable("the generation record changes again and again"));
    }

    private static <T> Outcome<T> generationChanged(EnrolRequest request) {
        return new Outcome.Refused<>(
                Refusal.GENERATION_CHANGED, "the generation is not " + request.generation() + " any more");
    }

    private static Outcome<Enrolment> handedBack(Outcome<Optional<Enrolment>> found) {
        if (found instanceof Outcome.Done<Optional<Enrolment>> done) {
            return done.value()
                    .<Outcome<Enrolment>>map(Outcome.Done::new)
                    .orElseGet(() -> EtcdErrors.unavailable("the entry that stood in the way has just gone"));
        }
        return EtcdErrors.recast(found);
    }

    // ---- finding

    CompletableFuture<Outcome<Optional<Enrolment>>> findOwn(EnrolRequest request) {
        OpenSession open = sessions.find(request.session());
        if (open == null) {
            return CompletableFuture.completedFuture(Sessions.gone(request.session()));
        }
        String key = ground.layout().entry(request.election(), open.lease());
        TxnRequest txn = TxnRequest.newBuilder()
                .addSuccess(Txns.readNumbers(key))
                .addSuccess(Txns.read(ground.layout().generation()))
                .build();
        return ground.reads().send(key, txn).thenCompose(reply -> {
            if (!reply.isOk()) {
                return CompletableFuture.completedFuture(EtcdErrors.<Optional<Enrolment>>read(reply));
            }
            KeyValue own = Views.first(reply.get().response(), 0);
            if (own == null) {
                return CompletableFuture.completedFuture(new Outcome.Done<>(Optional.<Enrolment>empty()));
            }
            RangeResponse generation = reply.get().response().getResponses(1).getResponseRange();
            Outcome<GenerationRecord> record =
                    ground.record(generation, reply.get().revision());
            return record instanceof Outcome.Done<GenerationRecord> done
                    ? found(open, request, key, own, done.value())
                    : CompletableFuture.completedFuture(EtcdErrors.<Optional<Enrolment>>recast(record));
        });
    }

    /** Reads the place of an entry that was met under the own key. */
    private CompletableFuture<Outcome<Optional<Enrolment>>> found(
            OpenSession open, EnrolRequest request, String key, KeyValue stored, GenerationRecord record) {
        if (stored.getLease() != open.lease()) {
            return CompletableFuture.completedFuture(new Outcome.Refused<>(
                    Refusal.INVALID, key + " belongs to another lease; it was overwritten by another hand"));
        }
        Entry own = new Entry(
                request.election(),
                request.session(),
                key,
                stored.getCreateRevision(),
                generationOf(open, key, stored, record));
        return views.standing(own)
                .thenApply(outcome -> outcome.map(standing -> standing instanceof Standing.Gone
                        ? Optional.empty()
                        : Optional.of(new Enrolment(own, standing))));
    }

    /**
     * The generation that an entry was made under. One that is younger than the record was made under it, since its Txn
     * compared it; an older one was made under an earlier generation, which only we may remember.
     */
    private static Generation generationOf(OpenSession open, String key, KeyValue stored, GenerationRecord record) {
        Generation current = record.generation();
        if (record.modRevision() < stored.getCreateRevision()) {
            return current;
        }
        OpenSession.Made made = open.made(key);
        return made != null && !made.generation().equals(current)
                ? made.generation()
                : new Generation(current.authority(), Math.max(0, current.number() - 1));
    }

    CompletableFuture<Outcome<List<Entry>>> ownEntries(SessionId session) {
        OpenSession open = sessions.find(session);
        if (open == null) {
            return CompletableFuture.completedFuture(Sessions.gone(session));
        }
        LeaseTimeToLiveRequest request = LeaseTimeToLiveRequest.newBuilder()
                .setID(open.lease())
                .setKeys(true)
                .build();
        return ground.cluster().read(Rpc.TIME_TO_LIVE, request).thenCompose(reply -> {
            if (!reply.isOk()) {
                return CompletableFuture.completedFuture(EtcdErrors.<List<Entry>>read(reply));
            }
            if (reply.get().getTTL() < 0) {
                return CompletableFuture.completedFuture(Sessions.<List<Entry>>gone(session));
            }
            List<String> keys = reply.get().getKeysList().stream()
                    .map(Layout::name)
                    .filter(key -> isEntry(open, key))
                    .toList();
            return readAll(open, keys, 0, new ArrayList<>());
        });
    }

    private boolean isEntry(OpenSession open, String key) {
        return ground.layout()
                .electionOf(key)
                .map(election -> ground.layout().entry(election, open.lease()).equals(key))
                .orElse(false);
    }

    /** Reads the numbers of keys, as many at once as one Txn takes. */
    private CompletableFuture<Outcome<List<Entry>>> readAll(
            OpenSession open, List<String> keys, int from, List<Entry> read) {
        if (from >= keys.size()) {
            return CompletableFuture.completedFuture(new Outcome.Done<>(List.copyOf(read)));
        }
        int to = Math.min(keys.size(), from + Txns.MOST_OPS - 1);
        TxnRequest.Builder txn =
                TxnRequest.newBuilder().addSuccess(Txns.read(ground.layout().generation()));
        keys.subList(from, to).forEach(key -> txn.addSuccess(Txns.readNumbers(key)));
        return ground.cluster().read(Rpc.TXN, txn.build()).thenCompose(reply -> {
            if (!reply.isOk()) {
                return CompletableFuture.completedFuture(EtcdErrors.<List<Entry>>read(reply));
            }
            TxnResponse response = reply.get();
            Outcome<GenerationRecord> record = ground.record(
                    response.getResponses(0).getResponseRange(),
                    response.getHeader().getRevision());
            if (!(record instanceof Outcome.Done<GenerationRecord> done)) {
                return CompletableFuture.completedFuture(EtcdErrors.<List<Entry>>recast(record));
            }
            for (int i = from; i < to; i++) {
                KeyValue stored = Views.first(response, i - from + 1);
                if (stored != null && stored.getLease() == open.lease()) {
                    read.add(entry(open, keys.get(i), stored, done.value()));
                }
            }
            return readAll(open, keys, to, read);
        });
    }

    private Entry entry(OpenSession open, String key, KeyValue stored, GenerationRecord record) {
        String election = ground.layout().electionOf(key).orElseThrow();
        return new Entry(election, open.id(), key, stored.getCreateRevision(), generationOf(open, key, stored, record));
    }

    // ---- changing and leaving

    CompletableFuture<Outcome<Ack>> withdraw(Entry own) {
        TxnRequest txn = TxnRequest.newBuilder()
                .addCompare(Txns.createdAt(own.key(), own.epoch()))
                .addSuccess(Txns.delete(own.key()))
                .build();
        return removals.send(own.key(), txn).thenApply(reply -> {
            if (!reply.isOk()) {
                return EtcdErrors.write(reply);
            }
            // What is known of the key stays: a newer entry may be under it by now.
            views.forget(own);
            return new Outcome.Done<>(Ack.ACK);
        });
    }

    CompletableFuture<Outcome<Ack>> updatePayload(Entry own, byte[] payload) {
        OpenSession open = sessions.find(own.session());
        if (open == null) {
            return CompletableFuture.completedFuture(Sessions.gone(own.session()));
        }
        OpenSession.Made made = open.made(own.key());
        if (made == null) {
            return CompletableFuture.completedFuture(entryGone(own));
        }
        EntryValue value = new EntryValue(made.candidate(), payload);
        ByteString stored = ground.layout().isNative(own.election()) ? value.asNative() : value.ours();
        TxnRequest txn = TxnRequest.newBuilder()
                .addCompare(Txns.createdAt(own.key(), own.epoch()))
                .addSuccess(Txns.put(own.key(), stored, open.lease()))
                .build();
        return ground.cluster().write(Rpc.TXN, txn).thenApply(reply -> whileStanding(own, reply));
    }

    /** The answer to a Txn that did something only while an entry stood. */
    static Outcome<Ack> whileStanding(Entry own, Reply<TxnResponse> reply) {
        if (!reply.isOk()) {
            return EtcdErrors.write(reply);
        }
        return reply.get().getSucceeded() ? new Outcome.Done<>(Ack.ACK) : entryGone(own);
    }

    static <T> Outcome<T> entryGone(Entry own) {
        return new Outcome.Refused<>(Refusal.ENTRY_GONE, own.key() + " does not stand any more");
    }
}
