package dev.incumbent.election.spi;

import dev.incumbent.election.Generation;
import dev.incumbent.fencing.FencingToken;

/**
 * One candidate's place in one election's queue, owned by a session.
 *
 * @param election the election's name
 * @param session the owner
 * @param key the backend's own name of the entry, enough to find and delete it
 * @param epoch its place in the coordinator's commit order
 * @param generation the generation it was entered under, compared in the same atomic step
 */
public record Entry(String election, SessionId session, String key, long epoch, Generation generation) {

    /**
     * The token that a leadership on this entry carries.
     *
     * @return the token
     */
    public FencingToken token() {
        return new FencingToken(generation.authority(), election, generation.number(), epoch);
    }
}
