package dev.incumbent.election.spi;

import java.time.Duration;

/**
 * Where an adapter reports changes around one entry. Calls come one after the other, from any thread, and return at
 * once. A {@link #predecessorGone()} is believed without a read, so it may be reported only while the stream has been
 * uninterrupted since the view in which the predecessor was seen and has carried the own entry, too.
 */
public interface FollowSink {

    /** The entry ahead was removed. */
    void predecessorGone();

    /**
     * The entry ahead lost its session and was left in place by the coordinator.
     *
     * @param holderTtl the time to live that its holder counts with
     */
    void predecessorOrphaned(Duration holderTtl);

    /** The own entry was removed, or no longer belongs to its session. */
    void ownGone();

    /**
     * The stream was interrupted or may have skipped something; nothing more comes. The core reads and follows anew.
     *
     * @param reason what was seen
     */
    void broken(String reason);
}
