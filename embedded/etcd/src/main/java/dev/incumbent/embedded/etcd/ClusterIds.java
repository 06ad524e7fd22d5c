package dev.incumbent.embedded.etcd;

import dev.incumbent.embedded.etcd.internal.server.Identity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.LongStream;

/** The ids of a cluster and its members: drawn once, and kept with its data. */
final class ClusterIds {

    private static final String FILE = "ids";

    private ClusterIds() {}

    static Identity drawn(int nodes) {
        long[] ids = LongStream.generate(() -> ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE))
                .distinct()
                .limit(nodes + 1L)
                .toArray();
        return new Identity(ids[0], LongStream.of(ids).skip(1).boxed().toList());
    }

    /** Those that a directory holds; drawn and written if it holds none. */
    static Identity of(Path directory, int nodes) throws IOException {
        Files.createDirectories(directory);
        Path file = directory.resolve(FILE);
        if (!Files.exists(file)) {
            Identity drawn = drawn(nodes);
            Path next = directory.resolve(FILE + ".new");
            Files.write(
                    next,
                    LongStream.concat(
                                    LongStream.of(drawn.clusterId()),
                                    drawn.memberIds().stream().mapToLong(Long::longValue))
                            .mapToObj(Long::toHexString)
                            .toList());
            Files.move(next, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
            return drawn;
        }
        List<Long> ids = Files.readAllLines(file).stream()
                .map(line -> Long.parseUnsignedLong(line, 16))
                .toList();
        if (ids.size() != nodes + 1) {
            throw new IOException(directory + " was made for " + (ids.size() - 1) + " nodes, not for " + nodes);
        }
        return new Identity(ids.get(0), ids.subList(1, ids.size()));
    }
}
