package dev.incumbent.election.etcd;

import dev.incumbent.election.Generation;
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

/** Finds the own entries: after a reply was lost, or in another's way. Touched on the loop only. */
final class EntryFinder {

    private final Ground ground;
    private final Sessions sessions;
    private final Views views;

    EntryFinder(Ground ground, Sessions sessions, Views views) {
        this.ground = ground;
        this.sessions = sessions;
        this.views = views;
    }

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
    CompletableFuture<Outcome<Optional<Enrolment>>> found(
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
                .thenApply(outcome -> outcome.map(standing -> {
                    if (standing instanceof Standing.Gone) {
                        return Optional.empty();
                    }
                    open.made().seen(key, request.candidate(), own.generation(), own.epoch());
                    return Optional.of(new Enrolment(own, standing));
                }));
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
        MadeEntries.Made made = open.made().of(key);
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
}
