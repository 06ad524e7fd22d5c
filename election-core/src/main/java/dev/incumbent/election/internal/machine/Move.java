package dev.incumbent.election.internal.machine;

import dev.incumbent.election.CandidacyState;

/**
 * One change of phase.
 *
 * @param from the phase before
 * @param to the phase after
 * @param why in a few words
 */
public record Move(CandidacyState from, CandidacyState to, String why) {}
