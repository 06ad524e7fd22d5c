package dev.incumbent.testkit.linearizability;

import java.util.Optional;

/**
 * One call of one client. Instants count in any unit, as long as they order all calls and returns of the history.
 *
 * @param process the client; for messages only
 * @param input what was asked
 * @param output what was answered; empty if nobody knows, because the call failed ambiguously or was under way at the end.
 *     Such an operation may have taken effect at any instant after the call, or never
 * @param called the instant before it was sent
 * @param returned the instant after the answer came; {@link Long#MAX_VALUE} without one
 * @param <I> what can be asked
 * @param <O> what can be answered
 */
public record Operation<I, O>(int process, I input, Optional<O> output, long called, long returned) {

    /** Refuses an operation that returned before it was called. */
    public Operation {
        if (returned < called) {
            throw new IllegalArgumentException("returned at " + returned + " before the call at " + called);
        }
    }

    /** One whose answer is known. */
    public static <I, O> Operation<I, O> completed(int process, I input, O output, long called, long returned) {
        return new Operation<>(process, input, Optional.of(output), called, returned);
    }

    /** One whose fate is not known. */
    public static <I, O> Operation<I, O> open(int process, I input, long called) {
        return new Operation<>(process, input, Optional.empty(), called, Long.MAX_VALUE);
    }

    /** Whether its fate is not known. */
    public boolean isOpen() {
        return output.isEmpty();
    }

    @Override
    public String toString() {
        return "[" + called + ".." + (isOpen() ? "?" : returned) + "] client " + process + ": " + input + " -> "
                + output.map(Object::toString).orElse("?");
    }
}
