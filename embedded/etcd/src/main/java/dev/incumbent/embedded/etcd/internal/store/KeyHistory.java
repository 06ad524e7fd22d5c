package dev.incumbent.embedded.etcd.internal.store;

import dev.incumbent.embedded.etcd.wire.KeyValue;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One key's versions that are kept, oldest first. A deletion is a version, too: one without a version number, as in etcd's
 * events. One revision may have several of them, see {@link KeyValueStore}.
 */
final class KeyHistory {

    private KeyValue[] versions = new KeyValue[1];
    private int size;

    static boolean isDeletion(KeyValue version) {
        return version.getVersion() == 0;
    }

    void add(KeyValue version) {
        if (size == versions.length) {
            versions = Arrays.copyOf(versions, size + (size >> 1) + 1);
        }
        versions[size++] = version;
    }

    KeyValue last() {
        return versions[size - 1];
    }

    /** The version that a revision shows; null if the key does not exist there. */
    @Nullable
    KeyValue at(long revision) {
        int index = indexAt(revision);
        return index < 0 || isDeletion(versions[index]) ? null : versions[index];
    }

    /** The newest version that is not newer than a revision; -1 if there is none. */
    private int indexAt(long revision) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (versions[middle].getModRevision() <= revision) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1;
    }

    /**
     * Forgets what no revision from the given one on shows. A deletion at just that revision stays for watchers that start
     * there.
     *
     * @return whether anything is left
     */
    boolean compact(long revision) {
        int first = indexAt(revision);
        if (first >= 0 && isDeletion(versions[first]) && versions[first].getModRevision() < revision) {
            first++;
        }
        if (first > 0) {
            versions = Arrays.copyOfRange(versions, first, Math.max(size, first + 1));
            size -= first;
        }
        return size > 0;
    }

    int size() {
        return size;
    }

    KeyValue get(int index) {
        return versions[index];
    }
}
