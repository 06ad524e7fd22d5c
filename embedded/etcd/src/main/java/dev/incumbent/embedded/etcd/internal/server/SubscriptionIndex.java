package dev.incumbent.embedded.etcd.internal.server;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Finds who subscribed to a key, at a cost that does not grow with the number of subscriptions to other keys: single keys and
 * prefixes are looked up, a prefix once for each length in use. Only ranges that are neither are searched one by one; no
 * election or lock makes such.
 *
 * <p>Not thread-safe.
 */
final class SubscriptionIndex<S extends Subscription> {

    private final Map<ByteString, Set<S>> keys = new HashMap<>();
    private final Map<Integer, Map<ByteString, Set<S>>> prefixes = new TreeMap<>();
    private final Set<S> others = new LinkedHashSet<>();
    private int size;

    void add(S subscription) {
        if (bucket(subscription.range()).add(subscription)) {
            size++;
        }
    }

    private Set<S> bucket(KeyRange range) {
        if (range.isOneKey()) {
            return keys.computeIfAbsent(range.key(), key -> new LinkedHashSet<>());
        }
        if (range.isPrefix()) {
            return prefixes.computeIfAbsent(range.key().size(), length -> new HashMap<>())
                    .computeIfAbsent(range.key(), key -> new LinkedHashSet<>());
        }
        return others;
    }

    void remove(S subscription) {
        KeyRange range = subscription.range();
        boolean removed;
        if (range.isOneKey()) {
            removed = remove(keys, range.key(), subscription);
        } else if (range.isPrefix()) {
            int length = range.key().size();
            Map<ByteString, Set<S>> sameLength = prefixes.getOrDefault(length, Map.of());
            removed = remove(sameLength, range.key(), subscription);
            if (removed && sameLength.isEmpty()) {
                prefixes.remove(length);
            }
        } else {
            removed = others.remove(subscription);
        }
        if (removed) {
            size--;
        }
    }

    private boolean remove(Map<ByteString, Set<S>> buckets, ByteString key, S subscription) {
        Set<S> bucket = buckets.get(key);
        if (bucket == null || !bucket.remove(subscription)) {
            return false;
        }
        if (bucket.isEmpty()) {
            buckets.remove(key);
        }
        return true;
    }

    /** Calls for each subscription that has the key. */
    void matching(ByteString key, Consumer<? super S> action) {
        keys.getOrDefault(key, Set.of()).forEach(action);
        prefixes.forEach((length, sameLength) -> {
            if (length <= key.size()) {
                sameLength.getOrDefault(key.substring(0, length), Set.of()).forEach(action);
            }
        });
        for (S other : others) {
            if (other.range().contains(key)) {
                action.accept(other);
            }
        }
    }

    Collection<S> all() {
        List<S> all = new ArrayList<>(others);
        keys.values().forEach(all::addAll);
        prefixes.values().forEach(sameLength -> sameLength.values().forEach(all::addAll));
        return all;
    }

    void clear() {
        keys.clear();
        prefixes.clear();
        others.clear();
        size = 0;
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }
}
