package dev.incumbent.embedded.consul.internal.store;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The keys, their tombstones, and which session holds which. Changes can be taken back until they are kept. */
final class KeyTable {

    private static final int REMEMBERED = 100;
    private static final String BEHIND_ALL = "\u0100";

    private final NavigableMap<String, Entry> entries = new TreeMap<>();
    private final NavigableMap<String, Long> tombstones = new TreeMap<>();
    private final Map<String, NavigableMap<String, Entry>> held = new HashMap<>();
    private final Deque<Runnable> undo = new ArrayDeque<>();
    private final Set<String> changed = new LinkedHashSet<>();

    /** Of trees that many wait for, since the last change: each is gone through once, not once for everybody. */
    private final Map<String, Long> treeIndexes = new HashMap<>();

    private final Map<String, List<Entry>> treeCopies = new HashMap<>();
    private long entriesIndex;
    private long tombstonesIndex;

    @Nullable
    Entry get(String key) {
        return entries.get(key);
    }

    /** All keys below a prefix, in order. A view. */
    Collection<Entry> tree(String prefix) {
        return below(entries, prefix).values();
    }

    /** The same as of now. */
    List<Entry> copyOfTree(String prefix) {
        return remembered(treeCopies, prefix, () -> List.copyOf(tree(prefix)));
    }

    private static <V> V remembered(Map<String, V> known, String prefix, Supplier<V> how) {
        V value = known.get(prefix);
        if (value == null) {
            value = how.get();
            if (known.size() < REMEMBERED) {
                known.put(prefix, value);
            }
        }
        return value;
    }

    private void forget() {
        treeIndexes.clear();
        treeCopies.clear();
    }

    private static <V> SortedMap<String, V> below(NavigableMap<String, V> map, String prefix) {
        // Every key is made of characters below this one.
        return prefix.isEmpty() ? map : map.subMap(prefix, prefix + BEHIND_ALL);
    }

    /** The longest beginning that a key has in common with one that exists. */
    String nearest(String key) {
        int shared = 0;
        for (String neighbour : new String[] {entries.floorKey(key), entries.ceilingKey(key)}) {
            int length = neighbour == null ? 0 : Math.min(neighbour.length(), key.length());
            int same = 0;
            while (same < length && neighbour.charAt(same) == key.charAt(same)) {
                same++;
            }
            shared = Math.max(shared, same);
        }
        return key.substring(0, shared);
    }

    /** The keys that a session holds, in order. */
    List<Entry> heldBy(String session) {
        NavigableMap<String, Entry> keys = held.get(Uuids.canonical(session));
        return keys == null ? List.of() : List.copyOf(keys.values());
    }

    /** Of the whole table: the last place in the log where anything was changed or deleted; 0 if nothing ever was. */
    long index() {
        return Math.max(entriesIndex, tombstonesIndex);
    }

    /** Of a tree: the last change in it that is still known, else that of the whole table. */
    long index(String prefix) {
        return prefix.isEmpty() ? index() : remembered(treeIndexes, prefix, () -> lastChangeBelow(prefix));
    }

    private long lastChangeBelow(String prefix) {
        long last = 0;
        for (Entry entry : tree(prefix)) {
            last = Math.max(last, entry.modifyIndex());
        }
        for (long stone : below(tombstones, prefix).values()) {
            last = Math.max(last, stone);
        }
        return last == 0 ? index() : last;
    }

    void put(Entry entry) {
        forget();
        Entry before = entries.put(entry.key(), entry);
        hold(before, entry);
        long indexBefore = entriesIndex;
        entriesIndex = entry.modifyIndex();
        changed.add(entry.key());
        undo.push(() -> {
            entriesIndex = indexBefore;
            hold(entry, before);
            restore(entries, entry.key(), before);
        });
    }

    /** Deletes one key and leaves a tombstone. */
    void delete(String key, long index) {
        if (entries.containsKey(key)) {
            bury(key, index);
            remove(key, index);
        }
    }

    /** Deletes a tree and leaves one tombstone for all of it; none for the root, whose index is the table's anyway. */
    void deleteTree(String prefix, long index) {
        List<Entry> gone = List.copyOf(tree(prefix));
        if (gone.isEmpty()) {
            return;
        }
        gone.forEach(entry -> remove(entry.key(), index));
        if (!prefix.isEmpty()) {
            bury(prefix, index);
        }
    }

    private void remove(String key, long index) {
        forget();
        Entry before = entries.remove(key);
        hold(before, null);
        long indexBefore = entriesIndex;
        entriesIndex = index;
        changed.add(key);
        undo.push(() -> {
            entriesIndex = indexBefore;
            hold(null, before);
            restore(entries, key, before);
        });
    }

    private void bury(String key, long index) {
        forget();
        Long before = tombstones.put(key, index);
        long indexBefore = tombstonesIndex;
        tombstonesIndex = index;
        undo.push(() -> {
            tombstonesIndex = indexBefore;
            restore(tombstones, key, before);
        });
    }

    private static <V> void restore(Map<String, V> map, String key, @Nullable V before) {
        if (before == null) {
            map.remove(key);
        } else {
            map.put(key, before);
        }
    }

    private void hold(@Nullable Entry before, @Nullable Entry after) {
        if (before != null && !before.session().isEmpty()) {
            NavigableMap<String, Entry> keys = held.get(Uuids.canonical(before.session()));
            if (keys != null) {
                keys.remove(before.key());
                if (keys.isEmpty()) {
                    held.remove(Uuids.canonical(before.session()));
                }
            }
        }
        if (after != null && !after.session().isEmpty()) {
            held.computeIfAbsent(Uuids.canonical(after.session()), session -> new TreeMap<>())
                    .put(after.key(), after);
        }
    }

    void reap(long upTo) {
        forget();
        tombstones.values().removeIf(index -> index <= upTo);
    }

    /** Tombstones by key. */
    Map<String, Long> tombstones() {
        return tombstones;
    }

    /** Keeps what was done since the last call, and says which keys it concerned. */
    Set<String> keep() {
        Set<String> keys = changed.isEmpty() ? Set.of() : new TreeSet<>(changed);
        changed.clear();
        undo.clear();
        return keys;
    }

    /** Takes back what was done since the last {@link #keep}. */
    void takeBack() {
        forget();
        while (!undo.isEmpty()) {
            undo.pop().run();
        }
        changed.clear();
    }

    long entriesIndex() {
        return entriesIndex;
    }

    long tombstonesIndex() {
        return tombstonesIndex;
    }

    /** For snapshots. */
    void restore(Entry entry) {
        hold(null, entry);
        entries.put(entry.key(), entry);
    }

    /** For snapshots. */
    void restoreTombstone(String key, long index) {
        tombstones.put(key, index);
    }

    /** For snapshots. */
    void restoreIndexes(long ofEntries, long ofTombstones) {
        entriesIndex = ofEntries;
        tombstonesIndex = ofTombstones;
    }
}
