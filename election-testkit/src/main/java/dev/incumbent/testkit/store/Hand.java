package dev.incumbent.testkit.store;

/** Who removed an entry, or ended a session. */
public enum Hand {
    /** The client that owns it, by withdrawing or by closing its session. */
    OWNER,
    /** The store, because the session was not renewed in time. */
    EXPIRY,
    /** A candidate behind it, which waited until its holder must have stopped. */
    SUCCESSOR,
    /** An operator: a deleted entry, a session ended by force. */
    OPERATOR,
    /** An operator who raised the generation. */
    RAISE;

    /**
     * Whether somebody outside the protocol did it, so that its leader believes in itself until it hears of it.
     *
     * @return true for the operator's two ways
     */
    public boolean isForeign() {
        return this == OPERATOR || this == RAISE;
    }
}
