package dev.incumbent.election;

/** Told who leads, without standing. */
@FunctionalInterface
public interface ElectionObserver {

    /**
     * Something changed. Called on the callback executor, one call after the other; what it throws is logged.
     *
     * @param event the new state
     */
    void onEvent(ElectionEvent event);
}
