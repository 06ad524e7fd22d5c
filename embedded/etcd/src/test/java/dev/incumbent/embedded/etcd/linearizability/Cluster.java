package dev.incumbent.embedded.etcd.linearizability;

import java.util.List;

/** What a nemesis and clients need of a cluster, real or embedded. */
interface Cluster extends AutoCloseable {

    /** One thing that can go wrong, and how it ends. */
    record Fault(String name, Runnable begin) {}

    /** URLs of all nodes. */
    List<String> endpoints();

    /** Faults that can be had here, of a node. The leader is one of the nodes. */
    List<Fault> faultsOf(int node);

    /** The node that leads; any node if none does at this moment. */
    int leader();

    /** Ends all faults; returns before the cluster is whole. */
    void heal();

    /** What to show when a run failed. */
    String lastWords();

    @Override
    void close();
}
