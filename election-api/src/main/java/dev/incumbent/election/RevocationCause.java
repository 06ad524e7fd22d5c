package dev.incumbent.election;

/** Why a leadership ended. */
public enum RevocationCause {
    /** The candidate stepped down and left. */
    RESIGNED,
    /** The candidate stepped down and stands again at the end of the queue. */
    REQUEUED,
    /** The lease deadline passed without a confirmed renewal. */
    EXPIRED,
    /** The coordinator said that the session is gone, and with it the entry. */
    SESSION_LOST,
    /** Somebody else removed the entry, or raised the generation over it. */
    ENTRY_DELETED,
    /** A store refused the token as stale: it has seen a higher one. */
    FENCED,
    /** The candidate's own health check failed. */
    UNHEALTHY,
    /** The candidacy or its client was closed. */
    CLOSED
}
