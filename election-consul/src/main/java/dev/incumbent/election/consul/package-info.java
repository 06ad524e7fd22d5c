/**
 * Elections over Consul; start with {@link dev.incumbent.election.consul.ConsulElections}.
 *
 * <p>An entry is a key of its own, locked by the client's one session, and its epoch is the Raft index of that lock (the key's
 * {@code CreateIndex}). Sessions release: an entry that has lost its session says that its holder did not resign, and the next
 * in line lets the holder's time to live pass before it removes it.
 *
 * <p>Everything that is asked of Consul is one call of consul-api, made in {@link
 * dev.incumbent.election.consul.ConsulApi}; how it gets there and back without a thread that waits for it is the business of
 * {@link dev.incumbent.election.consul.Agents}. All state of a client is touched on one thread, its {@code IoLoop}; so nothing
 * in this package locks.
 */
@NullMarked
package dev.incumbent.election.consul;

import org.jspecify.annotations.NullMarked;
