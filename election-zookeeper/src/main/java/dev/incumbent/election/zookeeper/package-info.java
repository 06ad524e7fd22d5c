/**
 * Elections over Apache ZooKeeper; start with {@link dev.incumbent.election.zookeeper.ZooKeeperElections}.
 *
 * <p>An entry is an ephemeral sequential node laid out as Curator's {@code LeaderLatch} lays it out, and its epoch is the
 * node's {@code czxid}. Curator keeps the connection; every request goes through the raw handle, because Curator repeats
 * a background create whose reply was lost, and the repetition stands behind its own ghost.
 *
 * <p>The session's time to live is counted by a chain of heartbeats which ZooKeeper's own client does not offer: see
 * {@code RenewalChain}.
 */
@NullMarked
package dev.incumbent.election.zookeeper;

import org.jspecify.annotations.NullMarked;
