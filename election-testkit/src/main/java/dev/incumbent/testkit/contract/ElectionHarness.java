package dev.incumbent.testkit.contract;

import dev.incumbent.election.ElectionClient;
import java.time.Duration;

/** What {@link ElectionContractTest} needs of a backend. One harness serves one test: an empty place on a coordinator. */
public interface ElectionHarness {

    /**
     * Makes a client with its own connection and session. Its time to live should be short: tests wait for some of them.
     *
     * @param candidateId its name as a candidate
     * @return the client, closed with the harness if the test does not
     */
    ElectionClient client(String candidateId);

    /**
     * The time to live that clients ask for.
     *
     * @return the time
     */
    Duration ttl();

    /**
     * Lets the coordinator end the session of an election's first candidate, as if it had not been heard of for too long.
     *
     * @param election the election's name
     * @throws Exception if that failed
     */
    void expireFirst(String election) throws Exception;

    /**
     * Deletes the entry of an election's first candidate behind its back.
     *
     * @param election the election's name
     * @throws Exception if that failed
     */
    void deleteFirst(String election) throws Exception;

    /**
     * How long anything may take that must happen, handing over after a lost session included.
     *
     * @return the time
     */
    default Duration patience() {
        return ttl().multipliedBy(4).plusSeconds(20);
    }

    /**
     * Closes clients that are still open and leaves nothing behind.
     *
     * @throws Exception if that failed
     */
    void close() throws Exception;
}
