package dev.incumbent.election.spi;

import java.util.function.Function;

/**
 * What became of one request to a coordinator.
 *
 * <p>The four cases differ in what may follow. Only {@link Ambiguous} requires a re-read under the same identity; treating
 * it as {@link Unavailable} and asking again is how two entries come about.
 *
 * @param <T> what a request that was carried out yields
 */
public sealed interface Outcome<T> {

    /**
     * The coordinator carried the request out.
     *
     * @param value its answer
     * @param <T> the answer's type
     */
    record Done<T>(T value) implements Outcome<T> {}

    /**
     * The coordinator received the request and declined; nothing changed.
     *
     * @param reason which of the known reasons
     * @param message the backend's words, for people
     * @param <T> the answer's type
     */
    record Refused<T>(Refusal reason, String message) implements Outcome<T> {}

    /**
     * The request may have taken effect, may do so later, or never will: the reply was lost, or did not come in time.
     *
     * @param cause what was seen
     * @param <T> the answer's type
     */
    record Ambiguous<T>(Throwable cause) implements Outcome<T> {}

    /**
     * The request certainly took no effect and never will: it was not sent, or it was a read.
     *
     * @param cause what was seen
     * @param <T> the answer's type
     */
    record Unavailable<T>(Throwable cause) implements Outcome<T> {}

    /**
     * Replaces the answer of a request that was carried out.
     *
     * @param function makes the new answer
     * @param <R> the new answer's type
     * @return the outcome with the new answer, or the same case as before
     */
    default <R> Outcome<R> map(Function<? super T, ? extends R> function) {
        if (this instanceof Done<T> done) {
            return new Done<>(function.apply(done.value()));
        }
        if (this instanceof Refused<T> refused) {
            return new Refused<>(refused.reason(), refused.message());
        }
        if (this instanceof Ambiguous<T> ambiguous) {
            return new Ambiguous<>(ambiguous.cause());
        }
        return new Unavailable<>(((Unavailable<T>) this).cause());
    }
}
