package dev.incumbent.embedded.etcd.internal.store;

import com.google.protobuf.ByteString;
import dev.incumbent.embedded.etcd.wire.KeyValue;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All keys with all their versions since the last compaction.
 *
 * <p>Three structures share the versions, which are immutable {@link KeyValue} messages made once:
 *
 * <ul>
 *   <li>{@code live}: the keys that exist, sorted. Almost every read is of the newest revision, and keys of elections and locks
 *       die young: a read must not wade through the dead.
 *   <li>{@code all}: every key of which any version is kept, for reads of the past.
 *   <li>{@code log}: the versions by revision. Revisions have no gaps, so the place is found by subtraction. It serves watchers
 *       that catch up, without a look at keys that did not change.
 * </ul>
 *
 * Beside the bytes of key and value, a key costs about 300 bytes and each further version of it about 140; the versions of a
 * key share it. (50,000 keys with values of 32 bytes: 357 bytes each, 178 for each further version, on a 64-bit JVM.)
 *
 * <p>Changes are collected under the next revision and become it with {@link #commit}; reads in between see them, which is what
 * a Txn needs. Within one revision a key changes at most twice: etcd lets a Txn put and delete one key in two nested Txns, or
 * with an open-ended delete.
 *
 * <p>Nothing undoes a change: whoever makes one has checked before that all of its Txn will succeed.
 */
final class KeyValueStore {

    /** What {@link #compacted} is before the first compaction, and what etcd reports then. */
    static final long NEVER_COMPACTED = -1;

    private static final KeyValue[] NONE = {};

    private final NavigableMap<ByteString, KeyHistory> live = new TreeMap<>(Keys.ORDER);
    private final NavigableMap<ByteString, KeyHistory> all = new TreeMap<>(Keys.ORDER);
    private final List<KeyValue[]> log = new ArrayList<>();
    private final List<KeyValue> pending = new ArrayList<>();
    private long logStart = 2;
    private long revision = 1;
    private long compacted = NEVER_COMPACTED;

    /** The newest committed revision. */
    long revision() {
        return revision;
    }

    /** The newest revision that a read sees, uncommitted changes included. */
    long visibleRevision() {
        return pending.isEmpty() ? revision : revision + 1;
    }

    /** The revision of the last compaction: the oldest that can be read. */
    long compacted() {
        return compacted;
    }

    @Nullable
    KeyValue get(ByteString key) {
        KeyHistory history = live.get(key);
        return history == null ? null : history.last();
    }

    /** The version that a revision shows; null if there is none, or if that revision was compacted. */
    @Nullable
    KeyValue get(ByteString key, long atRevision) {
        KeyHistory history = atRevision < compacted ? null : all.get(key);
        return history == null ? null : history.at(atRevision);
    }

    /** Passes a range's keys as a revision shows them, in order. */
    void forEach(ByteString key, ByteString rangeEnd, long atRevision, Consumer<KeyValue> consumer) {
        if (atRevision >= visibleRevision()) {
            Keys.range(live, key, rangeEnd).values().forEach(history -> consumer.accept(history.last()));
            return;
        }
        for (KeyHistory history : Keys.range(all, key, rangeEnd).values()) {
            KeyValue version = history.at(atRevision);
            if (version != null) {
                consumer.accept(version);
            }
        }
    }

    /** A range's keys as they are now. */
    List<KeyValue> list(ByteString key, ByteString rangeEnd) {
        List<KeyValue> found = new ArrayList<>();
        forEach(key, rangeEnd, visibleRevision(), found::add);
        return found;
    }

    /** Passes all keys that exist, in order. */
    void forEachLive(Consumer<KeyValue> consumer) {
        live.values().forEach(history -> consumer.accept(history.last()));
    }

    void put(ByteString key, ByteString value, long lease) {
        KeyValue before = get(key);
        KeyHistory known = before == null ? all.get(key) : null;
        ByteString sharedKey =
                before != null ? before.getKey() : known != null ? known.last().getKey() : key;
        change(KeyValue.newBuilder()
                .setKey(sharedKey)
                .setCreateRevision(before == null ? revision + 1 : before.getCreateRevision())
                .setModRevision(revision + 1)
                .setVersion(before == null ? 1 : before.getVersion() + 1)
                .setValue(value)
                .setLease(lease)
                .build());
    }

    /** Deletes a key that exists. */
    void delete(KeyValue existing) {
        change(KeyValue.newBuilder()
                .setKey(existing.getKey())
                .setModRevision(revision + 1)
                .build());
    }

    private void change(KeyValue version) {
        index(version);
        pending.add(version);
    }

    private void index(KeyValue version) {
        KeyHistory history = all.computeIfAbsent(version.getKey(), key -> new KeyHistory());
        history.add(version);
        if (KeyHistory.isDeletion(version)) {
            live.remove(version.getKey());
        } else {
            live.put(version.getKey(), history);
        }
    }

    /** Makes the next revision of the changes, if there are any. */
    void commit() {
        if (!pending.isEmpty()) {
            revision++;
            log.add(pending.toArray(NONE));
            pending.clear();
        }
    }

    /** Forgets versions that no revision from the given one on shows; it is above the last one and not in the future. */
    void compact(long toRevision) {
        compacted = toRevision;
        int dropped = (int) Math.max(0, Math.min(log.size(), toRevision - logStart));
        log.subList(0, dropped).clear();
        logStart += dropped;
        all.values().removeIf(history -> !history.compact(toRevision));
        if (logStart == toRevision && !log.isEmpty()) {
            log.set(0, kept(log.get(0)));
        }
    }

    private KeyValue[] kept(KeyValue[] versions) {
        List<KeyValue> kept = new ArrayList<>(versions.length);
        for (KeyValue version : versions) {
            // What is left of a key that changed at the compacted revision begins with its last change there.
            KeyHistory history = all.get(version.getKey());
            if (history != null && history.get(0).equals(version)) {
                kept.add(version);
            }
        }
        return kept.toArray(NONE);
    }

    /** A revision's versions, in the order in which they were made; at the compacted revision only those that are kept. */
    KeyValue[] changesAt(long atRevision) {
        return atRevision < logStart ? NONE : log.get((int) (atRevision - logStart));
    }

    /** Passes all versions that are kept: those older than the log by key, then those of the log as they were made. */
    void forEachVersion(Consumer<KeyValue> consumer) {
        for (KeyHistory history : all.values()) {
            for (int i = 0; i < history.size() && history.get(i).getModRevision() < logStart; i++) {
                consumer.accept(history.get(i));
            }
        }
        for (KeyValue[] versions : log) {
            for (KeyValue version : versions) {
                consumer.accept(version);
            }
        }
    }

    /** Begins to take in what {@link #forEachVersion} gave; into an empty store. */
    void beginRestore(long restoredRevision, long restoredCompacted) {
        revision = restoredRevision;
        compacted = restoredCompacted;
        logStart = Math.max(2, restoredCompacted);
        while (log.size() <= restoredRevision - logStart) {
            log.add(NONE);
        }
    }

    /** Takes in one version, in the order in which they were given. */
    void restore(KeyValue version) {
        KeyHistory known = all.get(version.getKey());
        KeyValue shared = known == null
                ? version
                : version.toBuilder().setKey(known.last().getKey()).build();
        index(shared);
        if (shared.getModRevision() >= logStart) {
            if (!pending.isEmpty() && pending.get(0).getModRevision() != shared.getModRevision()) {
                logRestored();
            }
            pending.add(shared);
        }
    }

    /** The last version was taken in. */
    void endRestore() {
        if (!pending.isEmpty()) {
            logRestored();
        }
    }

    private void logRestored() {
        log.set((int) (pending.get(0).getModRevision() - logStart), pending.toArray(NONE));
        pending.clear();
    }
}
