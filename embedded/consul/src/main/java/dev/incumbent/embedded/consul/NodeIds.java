package dev.incumbent.embedded.consul;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** The ids of the nodes: drawn once, and kept with their data. */
final class NodeIds {

    private static final String FILE = "ids";

    private NodeIds() {}

    static List<String> drawn(int nodes) {
        return Stream.generate(() -> UUID.randomUUID().toString()).limit(nodes).toList();
    }

    /** Those that a directory holds; drawn and written if it holds none. */
    static List<String> of(Path directory, int nodes) throws IOException {
        Files.createDirectories(directory);
        Path file = directory.resolve(FILE);
        if (!Files.exists(file)) {
            List<String> drawn = drawn(nodes);
            Path next = directory.resolve(FILE + ".new");
            Files.write(next, drawn);
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
            return drawn;
        }
        List<String> ids = Files.readAllLines(file);
        if (ids.size() != nodes) {
            throw new IOException(directory + " was made for " + ids.size() + " nodes, not for " + nodes);
        }
        return ids;
    }
}
