package dev.incumbent.fencing;

import org.jspecify.annotations.Nullable;

/**
 * What came of presenting a token to a guard.
 *
 * <p>That the store could not be reached, or did not say whether it committed, is no admission and no refusal: guards
 * throw {@link StoreUnavailableException} and {@link WriteIndeterminateException} for these.
 *
 * @param <T> what the admitted work returned
 */
public sealed interface Admission<T extends @Nullable Object> {

    /**
     * The token passed, and the work was done.
     *
     * @param value what the work returned
     */
    record Admitted<T extends @Nullable Object>(T value) implements Admission<T> {}

    /**
     * The token did not pass, and nothing was done.
     *
     * @param refusal why
     */
    record Refused<T extends @Nullable Object>(Refusal refusal) implements Admission<T> {}
}
