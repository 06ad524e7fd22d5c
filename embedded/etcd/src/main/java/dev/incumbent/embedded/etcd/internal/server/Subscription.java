package dev.incumbent.embedded.etcd.internal.server;

import dev.incumbent.embedded.etcd.internal.store.Change;
import dev.incumbent.embedded.etcd.internal.store.EtcdMachine;
import java.util.List;

/** Somebody who is told of every change of some keys, on the node's thread. */
interface Subscription {

    /** Which keys; never another. */
    KeyRange range();

    /**
     * One revision changed some of the keys.
     *
     * @param machine the state, which may be newer than the revision
     * @param revision which one
     * @param changes of these keys, at least one, in order
     */
    void changed(EtcdMachine machine, long revision, List<Change> changes);

    /** Revisions were left out, since a snapshot took their place: look at the state anew. */
    void skipped(EtcdMachine machine);
}
