/**
 * An etcd in this JVM, for tests, demos and first steps, never for production: the v3 API over a Raft-replicated store, whose
 * nodes can be killed, paused, cut off and restarted from disk.
 *
 * <p>{@link dev.incumbent.embedded.etcd.EmbeddedEtcd} is the cluster, {@link dev.incumbent.embedded.etcd.EtcdExtension} the JUnit
 * extension. Nothing here knows of any client library: etcdctl, jetcd and others come over the wire.
 */
@NullMarked
package dev.incumbent.embedded.etcd;

import org.jspecify.annotations.NullMarked;
