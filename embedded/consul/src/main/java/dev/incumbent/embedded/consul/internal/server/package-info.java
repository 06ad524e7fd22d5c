/**
 * Consul's HTTP API on Netty, on a replicated {@link dev.incumbent.embedded.consul.internal.store.ConsulMachine}.
 *
 * <p>{@link dev.incumbent.embedded.consul.internal.server.ConsulMember} is one server. Keys, sessions and nodes are read and
 * changed only on the thread of its raft node; there parked queries are told of every change, and there the leader keeps the clocks
 * of sessions. Event loops read requests and write answers, and nothing ever blocks: a parked query costs memory, not a thread.
 */
@NullMarked
package dev.incumbent.embedded.consul.internal.server;

import org.jspecify.annotations.NullMarked;
