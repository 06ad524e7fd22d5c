package dev.incumbent.embedded.raft;

import java.util.List;

/**
 * What a cluster replicates: a deterministic function {@code (state, command) -> (state', reply)}.
 *
 * <p>Every method is called on its node's own thread, one call at a time. {@link #apply} reads no clock and draws no random
 * number: whoever submits a command puts such choices into it, so that every node comes to the same state.
 *
 * @param <C> a command; immutable, since the nodes of a cluster share it
 * @param <R> a reply; it stays on the node that the command was submitted to, or travels to it, and is immutable too
 */
public interface StateMachine<C, R> {

    /**
     * Carries out a committed command.
     *
     * @param index its place in the log, growing, not without gaps
     * @param term the term it was proposed in
     * @param command the command
     * @return the reply to whoever submitted it; a refusal is a reply, too
     */
    R apply(long index, long term, C command);

    /**
     * Writes the whole state down.
     *
     * @return parts in order, none larger than a few hundred kilobytes
     */
    List<byte[]> snapshot();

    /**
     * Replaces the whole state.
     *
     * @param index the place in the log up to which commands are contained
     * @param snapshot what {@link #snapshot} returned, here or on another node
     */
    void restore(long index, List<byte[]> snapshot);
}
