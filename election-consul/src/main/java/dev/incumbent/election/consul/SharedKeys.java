package dev.incumbent.election.consul;

import com.ecwid.consul.v1.kv.model.GetValue;
import dev.incumbent.election.spi.Enrolment;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Standing;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Locks the keys that elections share with other recipes, for those who are the first in their queues.
 *
 * <p>Ours queue as everywhere, so that no more than one of them competes with the others, and their order and their tokens stay
 * what they are. An entry locks such a key once: if it loses it, it has lost the office. Touched on the loop only.
 */
final class SharedKeys {

    /** What {@code consul lock} and Go's {@code api.Lock} mark their keys with; they refuse a key without it. */
    static final long FLAGS = 0x2ddccbc058a50c18L;

    private final Ground ground;
    private final Views views;
    private final Set<String> held = new HashSet<>();

    SharedKeys(Ground ground, Views views) {
        this.ground = ground;
        this.views = views;
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
                && shared.getSession() == null
                && !held.contains(own.key());
        return mayLock ? lock(own, key, seen) : CompletableFuture.completedFuture(seen);
    }

    private CompletableFuture<Outcome<Standing>> lock(Entry own, String key, Outcome<Standing> otherwise) {
        String session = own.session().value();
        byte[] value = (own.key() + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8);
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
