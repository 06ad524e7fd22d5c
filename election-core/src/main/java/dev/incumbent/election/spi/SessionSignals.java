package dev.incumbent.election.spi;

import dev.incumbent.election.Generation;

/**
 * Where an adapter reports what happens to a session without being asked. May be called from any thread; returns at once.
 */
public interface SessionSignals {

    /**
     * The coordinator said that the session is gone, for good.
     *
     * @param session which one
     * @param reason the backend's words
     */
    void lost(SessionId session, String reason);

    /**
     * The connection came back; a renewal is worth trying now.
     *
     * @param session which session
     */
    void reachable(SessionId session);

    /**
     * The connection broke; nothing is known of the session.
     *
     * @param session which session
     * @param reason what was seen
     */
    void unreachable(SessionId session, String reason);

    /**
     * The generation record changed. Where the coordinator orders events, this must be reported before the removal of any
     * entry that the same or a later commit removed.
     *
     * @param generation the record now
     */
    void generation(Generation generation);
}
