package dev.incumbent.testkit.fencing;

import dev.incumbent.fencing.FenceScope;
import dev.incumbent.fencing.FencingGuard;
import dev.incumbent.fencing.FencingToken;
import java.util.List;

/**
 * One election in a coordinator that also holds the guarded data, as {@link OwnEntryGuardContractTest} needs it.
 *
 * @param <S> how work reaches the store, often a batch to which it adds operations
 */
public interface OwnEntryGuardHarness<S> {

    /**
     * A candidate's entry, and the guard that stands or falls with it.
     *
     * @param candidate whose entry it is
     * @param token what entering fixed
     * @param guard lets a write pass while this entry stands
     */
    record Entry<S>(String candidate, FencingToken token, FencingGuard<S> guard) {}

    /** Returns the election and the resource that is guarded. */
    FenceScope scope();

    /** Enters the election; a candidate that was removed may enter again, and gets a newer token. */
    Entry<S> enter(String candidate) throws Exception;

    /** Removes the entry from the coordinator, as an expired session does; it is gone when this returns. */
    void remove(Entry<S> entry) throws Exception;

    /** Appends to the guarded list; called within work that the guard runs. */
    void append(S store, String entry) throws Exception;

    /** Returns the list as it is committed at some moment during the call, read behind the guard's back. */
    List<String> committed() throws Exception;

    /** Removes whatever was started. */
    void close() throws Exception;
}
