package dev.incumbent.election.etcd;

import com.google.protobuf.ByteString;
import dev.incumbent.election.spi.Ack;
import dev.incumbent.election.spi.EnrolRequest;
import dev.incumbent.election.spi.Enrolment;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Refusal;
import dev.incumbent.election.spi.Standing;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
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
    private final EntryFinder finder;
    private final Batcher enrolments;
    private final Batcher removals;

    Entries(Ground ground, Sessions sessions, Views views, EntryFinder finder) {
        this.ground = ground;
        this.sessions = sessions;
        this.views = views;
        this.finder = finder;
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
                : enter(open, request);
    }

    private CompletableFuture<Outcome<Enrolment>> enter(OpenSession open, EnrolRequest request) {
        String key = ground.layout().entry(request.election(), open.lease());
        MadeEntries.Made attempt = open.made().asked(key, request.candidate(), request.generation());
        return enter(open, request, key, true).thenApply(outcome -> {
            if (outcome instanceof Outcome.Done<Enrolment> done) {
                Entry own = done.value().entry();
                open.made().seen(key, request.candidate(), own.generation(), own.epoch());
            } else if (outcome instanceof Outcome.Refused) {
                open.made().leftNothing(key, attempt);
            }
            return outcome;
        });
    }

    private CompletableFuture<Outcome<Enrolment>> enter(
            OpenSession open, EnrolRequest request, String key, boolean mayRepeat) {
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
        return finder.findOwn(request)
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
            return finder.found(open, request, key, own, done.value()).thenApply(Entries::handedBack);
        }
        // The record says the same in other words, which are known now; nothing was written.
        return mayRepeat
                ? enter(open, request, key, false)
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
            views.forget(own);
            return new Outcome.Done<>(Ack.ACK);
        });
    }

    CompletableFuture<Outcome<Ack>> updatePayload(Entry own, byte[] payload) {
        OpenSession open = sessions.find(own.session());
        if (open == null) {
            return CompletableFuture.completedFuture(Sessions.gone(own.session()));
        }
        MadeEntries.Made made = open.made().of(own.key());
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
