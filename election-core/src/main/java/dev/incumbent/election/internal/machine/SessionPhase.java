package dev.incumbent.election.internal.machine;

/** Where a client's session stands. */
public enum SessionPhase {
    /** Being opened. */
    CONNECTING,
    /** Opening failed or the session was lost; the next opening waits for its back-off. */
    BACKING_OFF,
    /** Open and renewed. */
    OPEN,
    /** Open as far as is known, but the newest renewal failed, is overdue, or a clock leapt. */
    SUSPECT,
    /** Over for good. */
    CLOSED
}
