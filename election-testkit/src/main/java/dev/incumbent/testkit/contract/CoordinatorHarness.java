package dev.incumbent.testkit.contract;

import dev.incumbent.election.Ticker;
import dev.incumbent.election.spi.Coordinator;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.SessionId;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/** What {@link CoordinatorContractTest} needs of a backend. One harness serves one test: an empty place on a coordinator. */
public interface CoordinatorHarness {

    /**
     * Makes a coordinator; all made by one harness work in the same place and are independent connections.
     *
     * @param ticker the clocks that it must take stamps from
     * @return the coordinator, closed with the harness if the test does not
     */
    Coordinator connect(Ticker ticker);

    /**
     * Lets the coordinator end a session, as if it had not been heard of for too long. May return before that happened.
     *
     * @param session which
     * @throws Exception if that failed
     */
    void expire(SessionId session) throws Exception;

    /**
     * Deletes an entry behind its owner's back. Returns when it is gone.
     *
     * @param entry which
     * @throws Exception if that failed
     */
    void delete(Entry entry) throws Exception;

    /**
     * Reads what {@link Coordinator#guardedWrite} left, by other means.
     *
     * @param key the key as given in the write
     * @return the bytes, or empty
     * @throws Exception if that failed
     */
    Optional<byte[]> read(String key) throws Exception;

    /**
     * Counts the writes that the coordinator has committed.
     *
     * @return the number so far, empty if the backend cannot tell
     */
    default OptionalLong commits() {
        return OptionalLong.empty();
    }

    /**
     * Whether a session lapses when the core does not renew it although the process lives. False where a client library keeps
     * it alive on its own.
     *
     * @return whether
     */
    default boolean lapsesUnrenewed() {
        return true;
    }

    /**
     * How long anything may take that must happen.
     *
     * @return the time
     */
    default Duration patience() {
        return Duration.ofSeconds(20);
    }

    /**
     * Closes coordinators that are still open and leaves nothing behind.
     *
     * @throws Exception if that failed
     */
    void close() throws Exception;
}
