package dev.incumbent.embedded.zookeeper;

/** What a link does with the bytes of one direction; a later constant is the stronger fault. */
enum Flow {
    /** They pass. */
    OPEN,
    /** They wait, in order, until the flow opens again; so does the end of the stream. */
    HOLD,
    /** They vanish; a connection that lost any is reset when the flow opens again. */
    DROP;

    Flow stronger(Flow other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
