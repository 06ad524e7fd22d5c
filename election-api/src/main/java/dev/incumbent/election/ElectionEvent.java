package dev.incumbent.election;

import java.time.Instant;

/** What an observer can know of an election. "Cannot tell" is an answer of its own (S6). */
public sealed interface ElectionEvent {

    /**
     * A candidate's entry stands first.
     *
     * @param leader the candidate with its token and payload; told again when only the payload changed
     */
    record Elected(CandidateInfo leader) implements ElectionEvent {}

    /** Nobody stands. */
    record Vacant() implements ElectionEvent {}

    /**
     * The coordinator cannot be asked.
     *
     * @param since when the last certain answer was obtained, on the wall clock, for people
     */
    record Unknown(Instant since) implements ElectionEvent {}
}
