/**
 * The decisions of an election, pure: {@code (state, event, context) -> (state', commands)}, with no I/O, lock, log or clock.
 *
 * <p>Two machines. {@link dev.incumbent.election.internal.machine.SessionMachine} keeps one session per client alive and
 * owns its lease; {@link dev.incumbent.election.internal.machine.CandidacyMachine} takes one candidate through one election.
 * The session tells the candidacies what happens to it; nothing flows the other way but a doubt ("a request was refused
 * because the session is gone"), which the session checks for itself. Not for use outside.
 */
@NullMarked
package dev.incumbent.election.internal.machine;

import org.jspecify.annotations.NullMarked;
