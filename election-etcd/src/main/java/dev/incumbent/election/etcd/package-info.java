/**
 * Elections over etcd; start with {@link dev.incumbent.election.etcd.EtcdElections}.
 *
 * <p>An entry is a key under the client's one lease, laid out as Go's {@code concurrency.Election} and {@code etcdctl elect}
 * lay it out, and its epoch is the key's create revision. Everything goes through the KV, Lease, Watch and Auth services on
 * channels of our own, one for each endpoint; the server's own Election service is never used, because it can stop answering
 * for good (etcd #18879, #20716) and can elect a candidate whose entry is gone (#19597).
 *
 * <p>All state of a client is touched on one thread, its {@code IoLoop}, which also carries gRPC's callbacks; so nothing in
 * this package locks.
 */
@NullMarked
package dev.incumbent.election.etcd;

import org.jspecify.annotations.NullMarked;
