package dev.incumbent.election.consul;

import com.ecwid.consul.v1.kv.model.GetValue;
import dev.incumbent.election.spi.Ack;
import dev.incumbent.election.spi.Enrolment;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Standing;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Locks the keys that elections share with other recipes, for those who are the first in their queues.
 *
 * <p>Ours queue as everywhere, so that no more than one of them competes with the others, and their order and their tokens stay
 * what they are. An entry locks such a key once: if it loses it, it has lost the office. One session has many entries, one
 * after another, so the key's value names the one that it is locked for. Touched on the loop only.
 */
final class SharedKeys {

    /** What {@code consul lock} and Go's {@code api.Lock} mark their keys with; they refuse a key without it. */
    static final long FLAGS = 0x2ddccbc058a50c18L;

    private static final long RETRY_NANOS = 1_000_000_000L;

    private final Ground ground;
    private final Views views;
    private final Set<String> held = new HashSet<>();

    SharedKeys(Ground ground, Views views) {
        this.ground = ground;
        this.views = views;
        views.onGone(this::tidy);
    }

    void forgetAll() {
        held.clear();
    }

    void forget(String entry) {
        held.remove(entry);
    }

    CompletableFuture<Outcome<Enrolment>> pass(Outcome<Enrolment> outcome) {
        if (!(outcome instanceof Outcome.Done<Enrolment> done)) {
            return CompletableFuture.completedFuture(outcome);
        }
        Entry own = done.value().entry();
        return pass(own, new Outcome.Done<>(done.value().standing()))
                .thenApply(passed -> passed instanceof Outcome.Done<Standing> standing
                        ? new Outcome.Done<>(new Enrolment(own, standing.value()))
                        // It has entered, whatever became of the key; its place will be read again.
                        : outcome);
    }

    /** Goes on from a place that was seen: where only a free shared key is in the way, it is locked. */
    CompletableFuture<Outcome<Standing>> pass(Entry own, Outcome<Standing> seen) {
        String key = ground.layout().sharedKey(own.election());
        if (key == null || !(seen instanceof Outcome.Done<Standing> done)) {
            return CompletableFuture.completedFuture(seen);
        }
        if (done.value() instanceof Standing.Head) {
            held.add(own.key());
        }
        Views.Seen view = views.seen(own);
        GetValue shared = view == null ? null : view.ahead();
        boolean mayLock = shared != null
                && shared.getKey().equals(key)
                && (shared.getSession() == null || isForAnother(own, shared))
                && !held.contains(own.key());
        if (mayLock) {
            return lock(own, key, seen);
        }
        if (view != null && view.shared() != null && isForAnother(own, view.shared())) {
            tidy(own);
        }
        return CompletableFuture.completedFuture(seen);
    }

    private @Nullable String named(String election, GetValue shared) {
        return named(ground.layout(), election, shared);
    }

    /** The entry that a key is locked for; null if it does not say. */
    static @Nullable String named(Layout layout, String election, GetValue shared) {
        String text = new String(EntryValue.bytes(shared.getValue()), StandardCharsets.UTF_8);
        boolean names = text.startsWith(layout.prefix(election)) && text.endsWith("\n");
        return names ? text.substring(0, text.length() - 1) : null;
    }

    private static boolean isHeld(Entry own, GetValue shared) {
        return own.session().value().equals(shared.getSession());
    }

    /** Whether a key is locked by an entry's session, but for an earlier or later entry. */
    private boolean isForAnother(Entry own, GetValue shared) {
        String named = named(own.election(), shared);
        return isHeld(own, shared) && named != null && !named.equals(own.key());
    }

    /**
     * What unlocks a key that is locked for an entry, provided that nothing has happened to it since.
     *
     * @param own the entry
     * @param shared the key as it was read, null for absent
     * @return empty if it is not locked for this entry
     */
    Optional<Txn> unlock(Entry own, @Nullable GetValue shared) {
        if (shared == null || !isHeld(own, shared) || isForAnother(own, shared)) {
            return Optional.empty();
        }
        boolean says = named(own.election(), shared) != null;
        return says || held.contains(own.key()) ? Optional.of(unlock(own, shared.getKey(), shared)) : Optional.empty();
    }

    private static Txn unlock(Entry own, String key, GetValue shared) {
        return Txn.of(
                Txn.checkIndex(key, shared.getModifyIndex()),
                Txn.unlock(key, new byte[0], own.session().value(), FLAGS));
    }

    /**
     * Unlocks the key if it is locked for an entry that does not stand any more: that one never stands again, and its session,
     * which may live for long, would keep everybody else out.
     */
    CompletableFuture<Outcome<Ack>> release(Entry own) {
        String key = ground.layout().sharedKey(own.election());
        if (key == null) {
            return CompletableFuture.completedFuture(new Outcome.Done<>(Ack.ACK));
        }
        return ground.read(key, Txn.of(Txn.getTree(key))).thenCompose(reply -> {
            if (!reply.isOk()) {
                return CompletableFuture.completedFuture(ConsulErrors.<Ack>read(reply));
            }
            GetValue shared = reply.get().key(key);
            String named = shared == null || !isHeld(own, shared) ? null : named(own.election(), shared);
            if (shared == null || named == null) {
                return CompletableFuture.completedFuture(new Outcome.Done<>(Ack.ACK));
            }
            Txn txn = Txn.all(List.of(Txn.of(Txn.checkNotExists(named)), unlock(own, key, shared)));
            // Where it is denied the entry stands, or the key has changed hands.
            return ground.write(txn)
                    .thenApply(written -> written.isOk() ? new Outcome.Done<>(Ack.ACK) : ConsulErrors.write(written));
        });
    }

    /** Releases it in the background, however long that takes. */
    private void tidy(Entry own) {
        if (ground.layout().sharedKey(own.election()) == null || ground.agents().isClosed()) {
            return;
        }
        release(own).thenAccept(outcome -> {
            if (outcome instanceof Outcome.Unavailable || outcome instanceof Outcome.Ambiguous) {
                ground.loop().schedule(() -> tidy(own), RETRY_NANOS);
            }
        });
    }

    private CompletableFuture<Outcome<Standing>> lock(Entry own, String key, Outcome<Standing> otherwise) {
        String session = own.session().value();
        byte[] value = (own.key() + "\n").getBytes(StandardCharsets.UTF_8);
        Txn txn = Txn.of(Txn.checkSession(own.key(), session), Txn.lock(key, value, session, FLAGS))
                .then(views.looking(own.election()).ops().toArray(Txn.Op[]::new))
                .then(Txn.getTree(ground.layout().generation()));
        return ground.write(txn).thenApply(reply -> {
            if (!reply.isOk()) {
                // The next look at the queue shows whether it was locked.
                return ConsulErrors.read(reply);
            }
            if (!reply.get().isDone()) {
                return otherwise;
            }
            held.add(own.key());
            return views.standing(own, reply.get());
        });
    }
}
