package dev.incumbent.fencing;

import org.jspecify.annotations.Nullable;

/**
 * Work on a guarded store, run only if the guard admits its token.
 *
 * @param <S> how the store is reached: a connection, a map, a batch to which operations are added
 * @param <T> what the work returns, possibly null
 * @param <X> what the work throws; {@link RuntimeException} if nothing checked
 */
@FunctionalInterface
public interface FencedWork<S, T extends @Nullable Object, X extends Exception> {

    /** Does the work on a store that is the caller's only until this method returns. */
    T apply(S store) throws X;
}
