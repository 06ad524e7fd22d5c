package dev.incumbent.cli.demo;

/** What the parent can tell a candidate to do, one order a line. */
enum Order {
    /** Resign, and stand again once that is done. */
    RESIGN,
    /** In the next step, stop between the check and the write, and wait for {@link #GO}. */
    HOLD,
    /** Go on with the write that was held. */
    GO,
    /** Stay in office but write nothing. */
    REST,
    /** Write again. */
    WORK,
    /** Resign and end. */
    STOP
}
