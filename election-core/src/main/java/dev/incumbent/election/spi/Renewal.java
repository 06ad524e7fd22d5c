package dev.incumbent.election.spi;

import dev.incumbent.election.Stamp;
import java.time.Duration;

/**
 * Proof that the coordinator will keep the session for some time.
 *
 * <p>The coordinator cannot let the session lapse before {@code countedFrom + ttl} by its own clock. Where a reply proves
 * less than "renewed when it was sent", the adapter names the earlier instant that it does prove: on a stream of
 * keep-alives the k-th reply belongs to the k-th send; in ZooKeeper a heartbeat proves the touch of the one before it.
 *
 * @param countedFrom both clocks, read before the proving request was sent
 * @param ttl the time to live that the coordinator counts with, as granted and not as asked
 */
public record Renewal(Stamp countedFrom, Duration ttl) {}
