/**
 * What an application compiles against: stand in an election, lead while elected, observe who leads.
 *
 * <p>Start with {@link dev.incumbent.election.ElectionClient}, which an adapter's builder makes. From it comes an
 * {@link dev.incumbent.election.Election}; {@code campaign()} gives a {@link dev.incumbent.election.Candidacy}, and each
 * term in office is a {@link dev.incumbent.election.Leadership} with a fencing token of its own.
 *
 * <p>An election by itself cannot stop a process that was paused between asking {@code isValid()} and acting on the
 * answer. Only the store can, by refusing a token that is no longer its mark: pass the {@code Leadership} to a
 * {@link dev.incumbent.fencing.FencedResource}.
 */
@NullMarked
package dev.incumbent.election;

import org.jspecify.annotations.NullMarked;
