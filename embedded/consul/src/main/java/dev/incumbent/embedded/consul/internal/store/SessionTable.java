package dev.incumbent.embedded.consul.internal.store;

import java.util.Collection;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The sessions that exist, by id. */
final class SessionTable {

    private final NavigableMap<String, Session> sessions = new TreeMap<>();
    private long index;

    @Nullable
    Session get(String id) {
        return sessions.get(Uuids.canonical(id));
    }

    void add(Session session) {
        sessions.put(Uuids.canonical(session.id()), session);
        index = session.createIndex();
    }

    void remove(Session session, long atIndex) {
        sessions.remove(Uuids.canonical(session.id()));
        index = atIndex;
    }

    /** In the order of their ids. A view. */
    Collection<Session> all() {
        return sessions.values();
    }

    /** The last place in the log where a session began or ended; 0 if none ever did. */
    long index() {
        return index;
    }

    /** For snapshots, after all sessions. */
    void restoreIndex(long newIndex) {
        index = newIndex;
    }
}
