package dev.incumbent.election.spi;

import java.time.Duration;

/**
 * Where an adapter reports changes around one entry. Calls come one after the other, from any thread, and return at
 * once. {@link #predecessorGone()} and {@link #moved} are believed without a read, so they may be reported only while the stream has been
 * uninterrupted since the view in which the predecessor was seen and has carried the own entry, too.
 */
public interface FollowSink {

    /** The entry ahead was removed. */
    void predecessorGone();

    /**
     * The entry ahead was removed, and this is the place now, as a view shows that belongs to the same uninterrupted stream: it is
     * no older than the removal. An adapter whose session reads in order may report this instead of
     * {@link #predecessorGone()} where that would not decide, and so spare the core a linearizable read.
     *
     * @param standing the place, {@link Standing.Head} or {@link Standing.Behind}
     */
    default void moved(Standing standing) {
        broken("this sink takes no places");
    }

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
