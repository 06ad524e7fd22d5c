package dev.incumbent.fencing;

import org.jspecify.annotations.Nullable;

/**
 * Whoever writes under a token and can stop believing in it; a leadership is one.
 *
 * <p>All three methods may be called from any thread, return at once and do not throw.
 */
public interface TokenHolder {

    /** Returns the token, the same one for as long as the holder exists. */
    FencingToken token();

    /**
     * Tells whether the holder may, as far as it can know, still write.
     *
     * <p>It is asked before every access, to spare a deposed holder's work; the store's own check is what makes it safe.
     */
    boolean isValid();

    /**
     * Reports that a store refused the holder's token as stale: somebody newer has sealed the resource, whatever
     * {@link #isValid()} says.
     *
     * @param highest the token that the store knows, or null if the store cannot name it
     */
    void fenced(@Nullable FencingToken highest);
}
