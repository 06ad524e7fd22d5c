package dev.incumbent.testkit.fencing;

/** How a guard with a mark can be broken; each has been seen in published code or was proposed for it. */
enum Mutation {
    /** Not broken: shows that the mutants' common part is sound. */
    NONE,
    /** Lets any token pass once something was sealed. */
    ACCEPTS_LOWER,
    /** Wants each write's token to be newer than the last, so that a leader's second write fails. */
    REFUSES_EQUAL,
    /** Looks at the mark, lets go of the lock, and then writes. */
    CHECK_THEN_ACT,
    /** Raises the mark with the first write instead of before the first read. */
    NO_SEAL,
    /** Compares epochs alone. */
    IGNORES_GENERATION,
    /** Compares tokens of other authorities as if they were its own. */
    IGNORES_AUTHORITY,
    /** Takes a missing token for an old client's. */
    ACCEPTS_TOKENLESS,
    /** Lets a forged generation lock everybody out. */
    NO_CAP
}
