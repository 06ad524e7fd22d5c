package dev.incumbent.benchmarks;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Where and how a run took place. */
final class Circumstances {

    private Circumstances() {}

    static Map<String, String> of(Settings settings) throws IOException {
        FileStore store = Files.getFileStore(settings.directory());
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("ended", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        facts.put("java", System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"));
        facts.put(
                "system",
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"));
        facts.put("processors", String.valueOf(Runtime.getRuntime().availableProcessors()));
        facts.put("data on", store.type());
        facts.put(
                "rounds",
                settings.rounds() + " of " + settings.samplesPerRound() + " samples, after " + settings.warmupRounds()
                        + " to warm up; seed " + settings.seed());
        return facts;
    }

    /** Removes what a server left. */
    static void delete(Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            List<Path> deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        }
    }
}
