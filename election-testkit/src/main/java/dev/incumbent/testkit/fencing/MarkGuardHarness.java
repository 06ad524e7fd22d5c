package dev.incumbent.testkit.fencing;

import dev.incumbent.fencing.FencingGuard;
import java.util.List;

/**
 * One empty store behind a guard that keeps marks, as {@link MarkGuardContractTest} needs it: lists of entries, one a
 * resource.
 *
 * @param <S> how work reaches the store
 */
public interface MarkGuardHarness<S> {

    /** Returns the guard, the same each time; it is used by several threads. */
    FencingGuard<S> guard();

    /** Appends an entry to the resource's list; called within work that the guard admitted. */
    void append(S store, String resource, String entry) throws Exception;

    /** Returns the entries that are committed at some moment during the call, read behind the guard's back. */
    List<String> committed(String resource) throws Exception;

    /** Removes the store and whatever was started for it. */
    void close() throws Exception;
}
