package dev.incumbent.embedded.raft;

import io.microraft.QueryPolicy;
import io.microraft.persistence.RaftStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.UnaryOperator;

/**
 * What a cluster was built with.
 *
 * @param name in thread names, log lines and error messages
 * @param size how many nodes
 * @param directory where their directories are
 * @param temporary whether the directory goes when the cluster is closed
 * @param heartbeat how often a leader shows itself
 * @param electionTimeout a multiple of the heartbeat
 * @param snapshotEvery after how many entries a snapshot is taken
 * @param fsync whether to wait for the device
 * @param requestTimeout how long a request waits
 * @param seams what tests break on purpose
 */
record Settings(
        String name,
        int size,
        Path directory,
        boolean temporary,
        Duration heartbeat,
        Duration electionTimeout,
        int snapshotEvery,
        boolean fsync,
        Duration requestTimeout,
        Seams seams) {

    int majority() {
        return size / 2 + 1;
    }

    Path directoryOf(int node) {
        return directory.resolve("node-" + node);
    }

    /**
     * Where a test puts a fault that the others must find.
     *
     * @param store wraps each node's store
     * @param reads how the leader answers for its log's end
     */
    record Seams(UnaryOperator<RaftStore> store, QueryPolicy reads) {
        static final Seams NONE = new Seams(store -> store, QueryPolicy.LINEARIZABLE);
    }
}
