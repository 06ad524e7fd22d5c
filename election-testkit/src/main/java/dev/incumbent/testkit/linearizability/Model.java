package dev.incumbent.testkit.linearizability;

import java.util.Optional;

/**
 * What an object does when it is asked one thing after the other. Pure; states are values with {@code equals} and
 * {@code hashCode}.
 *
 * @param <S> its states
 * @param <I> what can be asked
 * @param <O> what can be answered
 */
public interface Model<S, I, O> {

    /** The state before the first operation. */
    S initial();

    /**
     * The state after one operation.
     *
     * @param output the answer that was given; empty if it is not known, which fits any
     * @return empty if the object, in this state, would not have given that answer
     */
    Optional<S> step(S state, I input, Optional<O> output);
}
