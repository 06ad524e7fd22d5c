package dev.incumbent.embedded.raft;

import java.util.function.Function;

/**
 * A read that somebody waits for.
 *
 * @param <M> the state machine
 * @param <T> what is read
 */
final class Reading<M, T> extends Request<T> {

    private final Function<? super M, ? extends T> read;

    Reading(long number, long deadline, Function<? super M, ? extends T> read) {
        super(number, deadline, RaftException.Unavailable::new);
        this.read = read;
    }

    /** On the node's thread. */
    void run(M machine) {
        if (isDone()) {
            return;
        }
        T value;
        try {
            value = read.apply(machine);
        } catch (RuntimeException | Error e) {
            fail(e);
            return;
        }
        complete(value);
    }
}
