package dev.incumbent.testkit.fencing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The least of a coordinator that an own-entry guard needs: keys with the revision at which they were created, a list
 * of data, and transactions that compare and write in one step.
 */
final class FakeCoordinator {

    private final Map<String, Long> createdAt = new HashMap<>();
    private final List<String> data = new ArrayList<>();
    private long revision;

    /** Creates the key and returns the revision; keys are not replaced. */
    synchronized long create(String key) {
        revision++;
        if (createdAt.putIfAbsent(key, revision) != null) {
            throw new IllegalStateException(key + " exists");
        }
        return revision;
    }

    synchronized void delete(String key) {
        revision++;
        createdAt.remove(key);
    }

    /** Returns the revision at which the key was created, or zero if it does not exist. */
    synchronized long createdAt(String key) {
        return createdAt.getOrDefault(key, 0L);
    }

    /** Appends if the key stands as it was created at that revision; zero compares nothing. */
    synchronized boolean appendIf(String key, long expected, List<String> entries) {
        if (expected != 0 && createdAt(key) != expected) {
            return false;
        }
        revision++;
        return data.addAll(entries) || entries.isEmpty();
    }

    synchronized List<String> data() {
        return List.copyOf(data);
    }
}
