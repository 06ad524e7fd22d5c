/**
 * Real ZooKeeper servers in this JVM whose nodes and links can be faulted: for tests, demos and first steps, never for
 * production.
 *
 * <p>{@link dev.incumbent.embedded.zookeeper.EmbeddedZooKeeper} is the ensemble,
 * {@link dev.incumbent.embedded.zookeeper.ClientLink} a client's network path to it,
 * {@link dev.incumbent.embedded.zookeeper.ZooKeeperExtension} the JUnit extension. Nothing here knows of any election
 * library: whoever tests one against it meets ZooKeeper as its authors wrote it.
 */
@NullMarked
package dev.incumbent.embedded.zookeeper;

import org.jspecify.annotations.NullMarked;
