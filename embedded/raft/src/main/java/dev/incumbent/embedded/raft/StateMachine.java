package dev.incumbent.embedded.raft;

import java.util.List;

/**
 * What a cluster replicates: a deterministic function {@code (state, command) -> (state', reply)}.
 *
 * <p>Every method is called on its node's own thread, one call at a time. {@link #apply} reads no clock and draws no random
 * number: whoever submits a command puts such choices into it, so that every node comes to the same state.
 *
 * <p>If any method throws, the node stops: its state is not to be trusted any more. A refusal is a reply, not an exception.
 *
 * @param <C> a command; each node decodes its own
 * @param <R> a reply; that of the node that the command was submitted to goes to whoever submitted it
 */
public interface StateMachine<C, R> {

    /**
     * Carries out a committed command.
     *
     * @param index its place in the log, growing, not without gaps
     * @param term the term it was proposed in
     * @param command the command
     * @return the reply to whoever submitted it
     */
    R apply(long index, long term, C command);

    /**
     * Writes the whole state down. The node waits for it.
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
