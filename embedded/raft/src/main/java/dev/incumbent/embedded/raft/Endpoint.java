package dev.incumbent.embedded.raft;

import io.microraft.RaftEndpoint;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A node's name to MicroRaft: its number. */
record Endpoint(int number) implements RaftEndpoint {

    @Override
    public Object getId() {
        return number;
    }

    static List<RaftEndpoint> all(int size) {
        return IntStream.rangeClosed(1, size)
                .<RaftEndpoint>mapToObj(Endpoint::new)
                .toList();
    }

    /** The number, 0 for nobody. */
    static int numberOf(@Nullable RaftEndpoint endpoint) {
        return endpoint == null ? 0 : ((Endpoint) endpoint).number;
    }
}
