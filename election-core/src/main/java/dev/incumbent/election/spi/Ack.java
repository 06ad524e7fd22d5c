package dev.incumbent.election.spi;

/** The answer of a request that yields nothing but "done". */
public enum Ack {
    /** Done. */
    ACK
}
