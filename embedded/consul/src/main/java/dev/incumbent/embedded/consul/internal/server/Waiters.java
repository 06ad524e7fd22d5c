package dev.incumbent.embedded.consul.internal.server;

import dev.incumbent.embedded.consul.internal.store.Changes;
import dev.incumbent.embedded.consul.internal.store.ConsulMachine;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Finds the parked queries that a change concerns, at a cost that does not grow with the number of those that it does not
 * concern: keys are looked up, and prefixes once for each length in use.
 *
 * <p>Thread-safe: queries are parked and told on the node's thread, but given up on any.
 */
final class Waiters {

    private final Map<Scope, Set<Parked>> parked = new HashMap<>();
    private final Map<Integer, Integer> prefixLengths = new TreeMap<>();
    private long seenRestores;
    private int size;

    synchronized void add(Parked query) {
        if (parked.computeIfAbsent(query.scope(), scope -> new LinkedHashSet<>())
                .add(query)) {
            size++;
            if (query.scope() instanceof Scope.Tree tree) {
                prefixLengths.merge(tree.prefix().length(), 1, Integer::sum);
            }
        }
    }

    synchronized void remove(Parked query) {
        Set<Parked> alike = parked.get(query.scope());
        if (alike == null || !alike.remove(query)) {
            return;
        }
        size--;
        if (alike.isEmpty()) {
            parked.remove(query.scope());
        }
        if (query.scope() instanceof Scope.Tree tree) {
            prefixLengths.computeIfPresent(tree.prefix().length(), (length, count) -> count == 1 ? null : count - 1);
        }
    }

    /** After each change of the state: tells those that it concerns. On the node's thread. */
    void applied(ConsulMachine machine) {
        // Outside the lock, and from a copy: whoever is told gives up its place.
        for (Parked query : concerned(machine)) {
            query.look(machine);
        }
    }

    private synchronized List<Parked> concerned(ConsulMachine machine) {
        if (size == 0) {
            seenRestores = machine.restores();
            return List.of();
        }
        Set<Parked> found = new LinkedHashSet<>();
        if (machine.restores() != seenRestores) {
            seenRestores = machine.restores();
            parked.values().forEach(found::addAll);
        } else {
            collect(machine.changes(), found);
        }
        return new ArrayList<>(found);
    }

    private void collect(Changes changes, Set<Parked> to) {
        for (String key : changes.keys()) {
            collect(new Scope.Key(key), to);
            for (int length : prefixLengths.keySet()) {
                if (length <= key.length()) {
                    collect(new Scope.Tree(key.substring(0, length)), to);
                }
            }
        }
        if (!changes.sessions().isEmpty()) {
            collect(new Scope.Sessions(), to);
            changes.sessions().forEach(id -> collect(new Scope.OneSession(id), to));
        }
        if (changes.catalog()) {
            collect(new Scope.Catalog(), to);
        }
    }

    private void collect(Scope scope, Set<Parked> to) {
        to.addAll(parked.getOrDefault(scope, Set.of()));
    }

    synchronized int size() {
        return size;
    }
}
