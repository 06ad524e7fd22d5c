/**
 * A Consul in this JVM, for tests, demos and first steps, never for production: its HTTP API over a Raft-replicated store, whose
 * nodes can be killed, paused, cut off and restarted from disk.
 *
 * <p>{@link dev.incumbent.embedded.consul.EmbeddedConsul} is the cluster, {@link dev.incumbent.embedded.consul.ConsulExtension} the
 * JUnit extension. Nothing here knows of any client library: the {@code consul} binary, consul-api and others come over the wire.
 */
@NullMarked
package dev.incumbent.embedded.consul;

import org.jspecify.annotations.NullMarked;
