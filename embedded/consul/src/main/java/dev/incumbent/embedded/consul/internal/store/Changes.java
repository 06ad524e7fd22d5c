package dev.incumbent.embedded.consul.internal.store;

import java.util.List;
import java.util.Set;

/**
 * What one command changed, for those who wait for it and those who keep clocks.
 *
 * @param keys the keys that were written or deleted, in order
 * @param sessions the ids of the sessions that began or ended
 * @param catalog whether a node or its check changed
 * @param delays the locks that must not be taken for a while
 */
public record Changes(Set<String> keys, List<String> sessions, boolean catalog, List<Delay> delays) {

    /** Nothing. */
    public static final Changes NONE = new Changes(Set.of(), List.of(), false, List.of());

    /** Copies the lists. */
    public Changes {
        sessions = List.copyOf(sessions);
        delays = List.copyOf(delays);
    }

    /**
     * A lock whose session was invalidated.
     *
     * @param key the key
     * @param nanos from now on, so long
     */
    public record Delay(String key, long nanos) {}
}
