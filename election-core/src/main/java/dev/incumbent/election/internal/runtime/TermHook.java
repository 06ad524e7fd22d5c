package dev.incumbent.election.internal.runtime;

import dev.incumbent.election.Leadership;
import dev.incumbent.election.RevocationCause;
import java.util.concurrent.CompletionStage;

/** Work of ours that a term drains besides the user's listeners. Called on the event loop; returns at once. */
interface TermHook {

    /** A term began. */
    void elected(Leadership leadership);

    /**
     * A term ended.
     *
     * @return completes when the work of that term has stopped
     */
    CompletionStage<Void> revoked(Leadership leadership, RevocationCause cause);
}
