package dev.incumbent.election.spi;

import dev.incumbent.election.Generation;
import java.time.Duration;

/**
 * A session was opened.
 *
 * @param id the session
 * @param renewal what the opening itself proves of the session's life
 * @param generation the record kept beside the elections, read after the session was opened; the adapter creates it with a
 *     random authority and number 0 where there is none
 */
public record SessionGrant(SessionId id, Renewal renewal, Generation generation) {

    /**
     * The time to live that the coordinator granted.
     *
     * @return the time to live
     */
    public Duration ttl() {
        return renewal.ttl();
    }
}
