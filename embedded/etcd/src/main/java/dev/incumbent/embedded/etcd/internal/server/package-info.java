/**
 * etcd's API over gRPC, on a replicated {@link dev.incumbent.embedded.etcd.internal.store.EtcdMachine}.
 *
 * <p>{@link dev.incumbent.embedded.etcd.internal.server.EtcdMember} is one member. What concerns keys is read and changed only on
 * the thread of its raft node: watches, queued elections and the clocks of leases are told there of every revision, in order.
 * gRPC handlers never block; what a client is slow to take stays in the store's history, not in a queue.
 */
@NullMarked
package dev.incumbent.embedded.etcd.internal.server;

import org.jspecify.annotations.NullMarked;
