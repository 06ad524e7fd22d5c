/**
 * The replicated state of an etcd member, as a deterministic function of the log: keys with all their versions, leases, users
 * and roles, alarms.
 *
 * <p>{@link dev.incumbent.embedded.etcd.internal.store.EtcdMachine} is the way in. Nothing here does I/O, reads a clock, draws a
 * random number or starts a thread. Semantics are those of etcd 3.5; where 3.4 or 3.6 differ, the place says so.
 */
@NullMarked
package dev.incumbent.embedded.etcd.internal.store;

import org.jspecify.annotations.NullMarked;
