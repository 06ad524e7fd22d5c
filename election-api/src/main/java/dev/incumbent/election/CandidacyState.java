package dev.incumbent.election;

/** Where a candidacy stands between {@link Election#campaign()} and its end. */
public enum CandidacyState {
    /** Not entered: there is no session yet, or the next attempt waits for its back-off. */
    IDLE,
    /** An entry was requested, or a lost reply is being looked up; nothing is certain yet. */
    ENROLLING,
    /** Its entry stands in the queue behind another, or at the head of it while the session is in doubt. */
    WAITING,
    /** In office. */
    LEADING,
    /** In office, but validity is in doubt: renewals fail, a clock leapt, or the entry could not be confirmed. */
    SUSPECT,
    /** The term ended; listeners are being told and leader work is being awaited. */
    DRAINING,
    /** The work is done; the entry is being deleted. */
    RELEASING,
    /** Over for good. */
    CLOSED;

    /**
     * Whether a leadership exists in this state; whether it may be acted upon only {@link Leadership#isValid()} tells.
     *
     * @return true for LEADING and SUSPECT
     */
    public boolean inOffice() {
        return this == LEADING || this == SUSPECT;
    }
}
