/**
 * Replicated state machines in one JVM: one, three or five nodes, each with a durable log in a directory of its own, whose
 * links can be cut and slowed and whose nodes can be killed, paused and restarted from disk. For tests and demos.
 *
 * <p>Consensus is MicroRaft's. It stays behind {@link dev.incumbent.embedded.raft.RaftCluster}, so that it can be replaced.
 */
@NullMarked
package dev.incumbent.embedded.raft;

import org.jspecify.annotations.NullMarked;
