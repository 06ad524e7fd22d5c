package dev.incumbent.election.consul;

import com.ecwid.consul.v1.kv.model.GetValue;
import dev.incumbent.election.Generation;
import dev.incumbent.election.spi.Ack;
import dev.incumbent.election.spi.EnrolRequest;
import dev.incumbent.election.spi.Enrolment;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Refusal;
import dev.incumbent.election.spi.SessionId;
import dev.incumbent.election.spi.Standing;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Makes, finds, changes and removes the own entries, and orphans ahead of them. Touched on the loop only. */
final class Entries {

    private final Ground ground;
    private final Sessions sessions;
    private final Views views;
    private final SharedKeys sharedKeys;
    private final Batcher enrolments;
    private final Batcher removals;

    Entries(Ground ground, Sessions sessions, Views views, SharedKeys sharedKeys) {
        this.ground = ground;
        this.sessions = sessions;
        this.views = views;
        this.sharedKeys = sharedKeys;
        this.enrolments = new Batcher(ground.loop(), ground.agents().boundNanos(), ground::write);
        this.removals = new Batcher(ground.loop(), ground.agents().boundNanos(), ground::write);
        sessions.onEnd(this::giveUpEntering);
    }

    // ---- entering

    /** What a session that has ended was to own need not be asked for. */
    private void giveUpEntering(OpenSession ended) {
        enrolments.giveUp(
                own -> own.ops().get(0).key().contains("/" + ended.id().value() + "-"), "the session has ended");
    }

    CompletableFuture<Outcome<Enrolment>> enrol(EnrolRequest request) {
        OpenSession open = sessions.find(request.session());
        if (open == null) {
            return CompletableFuture.completedFuture(Sessions.gone(request.session()));
        }
        Optional<String> doubt = ground.doubt();
        if (doubt.isPresent()) {
            return CompletableFuture.completedFuture(ConsulErrors.unavailable(doubt.get()));
        }
        GenerationRecord record = ground.known();
        return record != null && record.generation().equals(request.generation())
                ? enter(open, request, record, true)
                : enterUnderPresent(open, request, true);
    }

    /** Reads the record, since it is not known as the one that was asked for; nothing has been written. */
    private CompletableFuture<Outcome<Enrolment>> enterUnderPresent(
            OpenSession open, EnrolRequest request, boolean mayRepeat) {
        return ground.readOrLay().thenCompose(outcome -> {
            if (!(outcome instanceof Outcome.Done<GenerationRecord> done)) {
                return CompletableFuture.completedFuture(ConsulErrors.<Enrolment>recast(outcome));
            }
            if (!done.value().generation().equals(request.generation())) {
                return CompletableFuture.completedFuture(new Outcome.Refused<>(
                        Refusal.GENERATION_CHANGED, "the generation is not " + request.generation() + " any more"));
            }
            return enter(open, request, done.value(), mayRepeat);
        });
    }

    private CompletableFuture<Outcome<Enrolment>> enter(
            OpenSession open, EnrolRequest request, GenerationRecord record, boolean mayRepeat) {
        Layout layout = ground.layout();
        String session = open.id().value();
        String key = layout.entry(request.election(), session, request.attempt());
        open.made(key, new OpenSession.Made(request.election(), request.candidate(), request.generation()));
        EntryValue value = new EntryValue(request.candidate(), sessions.ttl(), request.payload());
        String prefix = layout.prefix(request.election());
        Txn common = Txn.of(Txn.checkIndex(layout.generation(), record.modifyIndex()), Txn.get(layout.generation()));
        Txn own = Txn.of(Txn.lock(key, value.bytes(), session, 0))
                .then(views.looking(request.election()).ops().toArray(Txn.Op[]::new));
        long floor = ground.highest();
        return enrolments.send(prefix, common, own).thenCompose(reply -> {
            if (!reply.isOk()) {
                boolean definite = !ConsulErrors.leavesOpen(reply.why());
                if (definite) {
                    open.neverMade(key);
                }
                boolean tooLate = open.isOver() && definite;
                return CompletableFuture.completedFuture(
                        tooLate ? Sessions.gone(open.id()) : ConsulErrors.<Enrolment>write(reply));
            }
            return reply.get().isDone()
                    ? sharedKeys.pass(entered(request, key, reply.get(), floor))
                    : notEntered(open, request, key, reply.get(), mayRepeat);
        });
    }

    private Outcome<Enrolment> entered(EnrolRequest request, String key, TxnAnswer answer, long floor) {
        GetValue stored = answer.key(key);
        if (stored == null) {
            return new Outcome.Ambiguous<>(
                    new IllegalStateException("entered, but the view does not show the entry " + key));
        }
        ground.above(stored.getCreateIndex(), floor);
        Entry entry =
                new Entry(request.election(), request.session(), key, stored.getCreateIndex(), request.generation());
        // The index of the record was compared; that it said what was asked for is seen here.
        Outcome<Standing> standing = views.standing(entry, answer);
        return standing instanceof Outcome.Unavailable<Standing> unknown
                // Nothing is known of its place, but it stands.
                ? new Outcome.Ambiguous<>(unknown.cause())
                : standing.map(place -> new Enrolment(entry, place));
    }

    private CompletableFuture<Outcome<Enrolment>> notEntered(
            OpenSession open, EnrolRequest request, String key, TxnAnswer answer, boolean mayRepeat) {
        open.neverMade(key);
        boolean otherIndex = answer.errors().stream()
                .allMatch(failure -> ConsulErrors.denial(failure) == ConsulErrors.Denial.OTHER_INDEX);
        if (!otherIndex) {
            Outcome<Enrolment> denied = denied(answer);
            if (denied instanceof Outcome.Refused<Enrolment> refused && refused.reason() == Refusal.SESSION_GONE) {
                sessions.lost(open, refused.message());
            }
            return CompletableFuture.completedFuture(denied);
        }
        return mayRepeat
                ? enterUnderPresent(open, request, false)
                : CompletableFuture.completedFuture(
                        ConsulErrors.unavailable("the generation record changes again and again"));
    }

    /** Why a Txn of ours was not carried out. */
    static <T> Outcome<T> denied(TxnAnswer answer) {
        String message = ConsulErrors.message(answer);
        List<ConsulErrors.Denial> denials =
                answer.errors().stream().map(ConsulErrors::denial).toList();
        if (denials.contains(ConsulErrors.Denial.NOT_PERMITTED)) {
            return new Outcome.Refused<>(Refusal.NOT_PERMITTED, message);
        }
        if (denials.contains(ConsulErrors.Denial.NO_SESSION)) {
            return new Outcome.Refused<>(Refusal.SESSION_GONE, message);
        }
        if (denials.contains(ConsulErrors.Denial.INVALID)) {
            return new Outcome.Refused<>(Refusal.INVALID, message);
        }
        return denials.contains(ConsulErrors.Denial.NOT_HELD)
                ? new Outcome.Refused<>(Refusal.ENTRY_GONE, message)
                : ConsulErrors.unavailable(message);
    }

    // ---- finding

    CompletableFuture<Outcome<Optional<Enrolment>>> findOwn(EnrolRequest request) {
        OpenSession open = sessions.find(request.session());
        if (open == null) {
            return CompletableFuture.completedFuture(Sessions.gone(request.session()));
        }
        String key = ground.layout().entry(request.election(), open.id().value(), request.attempt());
        return views.read(request.election()).thenCompose(reply -> {
            if (!reply.isOk()) {
                return CompletableFuture.completedFuture(ConsulErrors.<Optional<Enrolment>>read(reply));
            }
            GetValue stored = reply.get().key(key);
            if (stored == null || !open.id().value().equals(stored.getSession())) {
                return CompletableFuture.completedFuture(new Outcome.Done<>(Optional.<Enrolment>empty()));
            }
            Outcome<GenerationRecord> record = ground.record(reply.get());
            if (!(record instanceof Outcome.Done<GenerationRecord> done)) {
                return CompletableFuture.completedFuture(ConsulErrors.<Optional<Enrolment>>recast(record));
            }
            Entry own = entry(open, request.election(), stored, done.value());
            return sharedKeys
                    .pass(views.standing(own, reply.get()).map(standing -> new Enrolment(own, standing)))
                    .thenApply(passed -> passed.map(Optional::of));
        });
    }

    private static Entry entry(OpenSession open, String election, GetValue stored, GenerationRecord record) {
        return new Entry(
                election, open.id(), stored.getKey(), stored.getCreateIndex(), generationOf(open, stored, record));
    }

    /**
     * The generation that an entry was made under. One that is younger than the record was made under it, since its Txn
     * compared it; an older one was made under an earlier generation, which only we may remember.
     */
    private static Generation generationOf(OpenSession open, GetValue stored, GenerationRecord record) {
        Generation current = record.generation();
        if (record.modifyIndex() < stored.getCreateIndex()) {
            return current;
        }
        OpenSession.Made made = open.made(stored.getKey());
        return made != null && !made.generation().equals(current)
                ? made.generation()
                : new Generation(current.authority(), Math.max(0, current.number() - 1));
    }

    CompletableFuture<Outcome<List<Entry>>> ownEntries(SessionId session) {
        OpenSession open = sessions.find(session);
        if (open == null) {
            return CompletableFuture.completedFuture(Sessions.gone(session));
        }
        // Whatever this session may own was asked for by this client, under a key that it remembers.
        return readAll(open, List.copyOf(open.made().entrySet()), 0, new ArrayList<>());
    }

    private CompletableFuture<Outcome<List<Entry>>> readAll(
            OpenSession open, List<Map.Entry<String, OpenSession.Made>> asked, int from, List<Entry> read) {
        if (from >= asked.size()) {
            return CompletableFuture.completedFuture(new Outcome.Done<>(List.copyOf(read)));
        }
        int to = Math.min(asked.size(), from + Txn.MOST_OPS - 1);
        Txn txn = new Txn(asked.subList(from, to).stream()
                .map(made -> Txn.getTree(made.getKey()))
                .toList());
        return ground.read("own entries from " + from, txn).thenCompose(reply -> {
            if (!reply.isOk()) {
                return CompletableFuture.completedFuture(ConsulErrors.<List<Entry>>read(reply));
            }
            Outcome<GenerationRecord> record = ground.record(reply.get());
            if (!(record instanceof Outcome.Done<GenerationRecord> done)) {
                return CompletableFuture.completedFuture(ConsulErrors.<List<Entry>>recast(record));
            }
            for (Map.Entry<String, OpenSession.Made> made : asked.subList(from, to)) {
                GetValue stored = reply.get().key(made.getKey());
                if (stored != null && open.id().value().equals(stored.getSession())) {
                    read.add(entry(open, made.getValue().election(), stored, done.value()));
                }
            }
            return readAll(open, asked, to, read);
        });
    }

    // ---- changing and leaving

    /** Its key is never used again, so that deleting it needs no comparison. */
    CompletableFuture<Outcome<Ack>> withdraw(Entry own) {
        String shared = ground.layout().sharedKey(own.election());
        return shared == null ? remove(own) : unlockAndRemove(own, shared);
    }

    /** Both at once, if the shared key is locked for this entry and not for another of its session. */
    private CompletableFuture<Outcome<Ack>> unlockAndRemove(Entry own, String shared) {
        return ground.read(shared, Txn.of(Txn.getTree(shared))).thenCompose(reply -> {
            if (!reply.isOk()) {
                return CompletableFuture.completedFuture(ConsulErrors.<Ack>read(reply));
            }
            Optional<Txn> unlock = sharedKeys.unlock(own, reply.get().key(shared));
            return unlock.isPresent() ? removeWith(own, unlock.get()) : removeAndRelease(own);
        });
    }

    /** One that arrives when the entry has gone does nothing. */
    private CompletableFuture<Outcome<Ack>> removeWith(Entry own, Txn unlock) {
        Txn standing = Txn.of(Txn.checkSession(own.key(), own.session().value()));
        Txn txn = Txn.all(List.of(standing, unlock, Txn.of(Txn.delete(own.key()))));
        return ground.write(txn).thenCompose(reply -> {
            if (!reply.isOk()) {
                return CompletableFuture.completedFuture(ConsulErrors.<Ack>write(reply));
            }
            return reply.get().isDone() ? CompletableFuture.completedFuture(removed(own)) : removeAndRelease(own);
        });
    }

    /** A lock of the shared key that was under way may have come before the removal; none can come after it. */
    private CompletableFuture<Outcome<Ack>> removeAndRelease(Entry own) {
        return remove(own)
                .thenCompose(outcome -> outcome instanceof Outcome.Done
                        ? sharedKeys.release(own)
                        : CompletableFuture.completedFuture(outcome));
    }

    private Outcome<Ack> removed(Entry own) {
        OpenSession open = sessions.find(own.session());
        if (open != null) {
            open.removed(own.key());
        }
        views.forget(own.key());
        sharedKeys.forget(own.key());
        return new Outcome.Done<>(Ack.ACK);
    }

    private CompletableFuture<Outcome<Ack>> remove(Entry own) {
        return removals.send(own.key(), Txn.of(), Txn.of(Txn.delete(own.key()))).thenApply(reply -> {
            if (!reply.isOk()) {
                return ConsulErrors.write(reply);
            }
            return reply.get().isDone() ? removed(own) : denied(reply.get());
        });
    }

    CompletableFuture<Outcome<Ack>> removeOrphan(String orphan) {
        return ground.read(orphan, Txn.of(Txn.getTree(orphan))).thenCompose(reply -> {
            if (!reply.isOk()) {
                return CompletableFuture.completedFuture(ConsulErrors.<Ack>read(reply));
            }
            GetValue stored = reply.get().key(orphan);
            if (stored == null) {
                return CompletableFuture.completedFuture(new Outcome.Done<>(Ack.ACK));
            }
            if (stored.getSession() != null) {
                return CompletableFuture.completedFuture(
                        new Outcome.Refused<>(Refusal.INVALID, orphan + " has a session"));
            }
            return ground.write(Txn.of(Txn.deleteCas(orphan, stored.getModifyIndex())))
                    .thenApply(removed -> {
                        if (!removed.isOk()) {
                            return ConsulErrors.write(removed);
                        }
                        return removed.get().isDone() ? new Outcome.Done<>(Ack.ACK) : denied(removed.get());
                    });
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
        byte[] value = new EntryValue(made.candidate(), sessions.ttl(), payload).bytes();
        Txn txn = Txn.of(
                Txn.checkSession(own.key(), own.session().value()),
                Txn.lock(own.key(), value, own.session().value(), 0));
        return ground.write(txn).thenApply(reply -> whileStanding(own, reply));
    }

    /** The answer to a Txn that did something only while an entry stood. */
    static Outcome<Ack> whileStanding(Entry own, Reply<TxnAnswer> reply) {
        if (!reply.isOk()) {
            return ConsulErrors.write(reply);
        }
        if (reply.get().isDone()) {
            return new Outcome.Done<>(Ack.ACK);
        }
        boolean gone = reply.get().errors().stream().map(ConsulErrors::denial).anyMatch(denial -> switch (denial) {
            case NOT_HELD, NO_SESSION, OTHER_INDEX, HELD -> true;
            case NOT_PERMITTED, INVALID -> false;
        });
        return gone ? entryGone(own) : denied(reply.get());
    }

    static <T> Outcome<T> entryGone(Entry own) {
        return new Outcome.Refused<>(Refusal.ENTRY_GONE, own.key() + " does not stand any more");
    }
}
