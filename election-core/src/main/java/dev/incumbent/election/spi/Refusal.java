package dev.incumbent.election.spi;

/** Why a coordinator declined a request. */
public enum Refusal {
    /** The session does not exist any more; its entries are gone or orphaned. */
    SESSION_GONE,
    /** The caller's own entry does not stand any more. */
    ENTRY_GONE,
    /** The generation differs from the one the request named. */
    GENERATION_CHANGED,
    /** The coordinator's counter or quota is used up, or so nearly that entering would endanger the order of tokens. */
    EXHAUSTED,
    /** Authentication or permissions do not allow it. */
    NOT_PERMITTED,
    /** The request itself is wrong: a name or value that the coordinator does not take. */
    INVALID
}
