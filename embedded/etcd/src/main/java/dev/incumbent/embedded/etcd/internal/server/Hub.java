package dev.incumbent.embedded.etcd.internal.server;

import dev.incumbent.embedded.etcd.internal.store.Change;
import dev.incumbent.embedded.etcd.internal.store.EtcdMachine;
import dev.incumbent.embedded.etcd.internal.store.Revision;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Tells subscriptions of one member's revisions, in order, each once and whole. Everything on the node's thread.
 */
final class Hub {

    private final SubscriptionIndex<Subscription> subscriptions = new SubscriptionIndex<>();
    private final Queue<Runnable> farewells = new ConcurrentLinkedQueue<>();
    private long told;

    /** After each change of the state. */
    void applied(EtcdMachine machine) {
        sayFarewells();
        long newest = machine.revision();
        if (newest == told) {
            return;
        }
        long next = told + 1;
        told = newest;
        if (subscriptions.isEmpty()) {
            return;
        }
        if (next <= machine.compactedRevision() || next > newest) {
            subscriptions.all().forEach(subscription -> subscription.skipped(machine));
            return;
        }
        for (Revision revision : machine.changes(next, Integer.MAX_VALUE)) {
            tell(machine, revision);
        }
    }

    private void tell(EtcdMachine machine, Revision revision) {
        // Collected first: whoever is told may subscribe and unsubscribe.
        Map<Subscription, List<Change>> matches = new LinkedHashMap<>();
        collect(subscriptions, revision, matches);
        matches.forEach((subscription, changes) -> subscription.changed(machine, revision.revision(), changes));
    }

    static <S extends Subscription> void collect(
            SubscriptionIndex<S> index, Revision revision, Map<? super S, List<Change>> matches) {
        for (Change change : revision.changes()) {
            index.matching(change.event().getKv().getKey(), subscription -> matches.computeIfAbsent(
                            subscription, first -> new ArrayList<>(1))
                    .add(change));
        }
    }

    /** From the revision after the newest on. */
    void subscribe(Subscription subscription) {
        subscriptions.add(subscription);
    }

    void unsubscribe(Subscription subscription) {
        subscriptions.remove(subscription);
    }

    /**
     * Any thread: has somebody who subscribed leave, on the node's thread. A node that is frozen comes to it later, when nobody waits
     * for its reads any more: then with its next change.
     */
    void leave(Backend backend, Runnable farewell) {
        farewells.add(farewell);
        backend.<Boolean>readLocal(machine -> {
                    sayFarewells();
                    return true;
                })
                .exceptionally(later -> false);
    }

    private void sayFarewells() {
        for (Runnable next = farewells.poll(); next != null; next = farewells.poll()) {
            next.run();
        }
    }

    /** The node is down: its next life begins anew, and so do its clients. */
    void stopped() {
        sayFarewells();
        subscriptions.clear();
        told = 0;
    }

    int size() {
        return subscriptions.size();
    }
}
