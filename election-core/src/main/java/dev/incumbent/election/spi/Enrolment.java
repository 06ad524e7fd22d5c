package dev.incumbent.election.spi;

/**
 * An own entry together with its place in the queue, seen in one linearizable view.
 *
 * @param entry the entry
 * @param standing its place
 */
public record Enrolment(Entry entry, Standing standing) {}
