package dev.incumbent.testkit.fencing;

import dev.incumbent.fencing.FencingGuard;
import dev.incumbent.fencing.InMemoryFencedStore;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Lists in memory, which can be read behind the guard's back at any time. */
final class InMemoryHarness implements MarkGuardHarness<Map<String, List<String>>> {

    private final Map<String, List<String>> lists;
    private final FencingGuard<Map<String, List<String>>> guard;

    private InMemoryHarness(Map<String, List<String>> lists, FencingGuard<Map<String, List<String>>> guard) {
        this.lists = lists;
        this.guard = guard;
    }

    static InMemoryHarness sound() {
        Map<String, List<String>> lists = new ConcurrentHashMap<>();
        return new InMemoryHarness(lists, new InMemoryFencedStore<>(lists));
    }

    static InMemoryHarness broken(Mutation mutation) {
        Map<String, List<String>> lists = new ConcurrentHashMap<>();
        return new InMemoryHarness(lists, new MutantMarkGuard<>(lists, mutation));
    }

    @Override
    public FencingGuard<Map<String, List<String>>> guard() {
        return guard;
    }

    @Override
    public void append(Map<String, List<String>> store, String resource, String entry) {
        store.computeIfAbsent(resource, name -> new CopyOnWriteArrayList<>()).add(entry);
    }

    @Override
    public List<String> committed(String resource) {
        return List.copyOf(lists.getOrDefault(resource, List.of()));
    }

    @Override
    public void close() {
        // Nothing but memory.
    }
}
