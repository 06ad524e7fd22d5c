package dev.incumbent.testkit.store;

/** Told of every change as part of the step that commits it. */
@FunctionalInterface
public interface StoreListener {

    /**
     * A change was committed.
     *
     * @param change what changed
     */
    void onChange(StoreChange change);
}
