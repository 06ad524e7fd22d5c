package dev.incumbent.election;

import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/**
 * Operators' tools of one coordinator.
 *
 * <p>After a coordinator was restored from a backup or rebuilt, its epochs can run backwards. Raising the generation puts
 * every later token above every earlier one again.
 */
public interface ElectionAdmin {

    /**
     * Reads the authority and generation, linearizably.
     *
     * @return completes with them; exceptionally with {@link ElectionUnavailableException}
     */
    CompletionStage<Generation> generation();

    /**
     * Raises the generation to max(old + 1, Unix seconds) and removes every entry, the leaders' too, so that no token
     * fixed before the raise is led with after it. S2 is waived for the moment: a leader hears of it a notification later.
     *
     * @param authority the authority to carry over to a rebuilt coordinator, so that marks kept in stores stay
     *     comparable; empty keeps the one in place
     * @return completes with the new generation; exceptionally with {@link ElectionException}, and it may then be repeated
     */
    CompletionStage<Generation> raiseGeneration(Optional<UUID> authority);
}
