package dev.incumbent.model;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * TLC in a Java virtual machine of its own, since it keeps static state and so checks one model in a process's life.
 */
final class ModelChecker {

    private final Path specs;
    private final Duration limit;

    /**
     * @param specs the directory of the modules and configurations
     * @param limit how long one check may take
     */
    ModelChecker(Path specs, Duration limit) {
        this.specs = specs;
        this.limit = limit;
    }

    /**
     * Explores the states of one module under one configuration until it has seen them all or one is bad.
     *
     * @param module the module, without ".tla"
     * @param config the configuration, without ".cfg"; it says whether a state without a successor is bad
     * @throws IOException if TLC cannot be started or read
     * @throws IllegalStateException if TLC is not done within the limit
     */
    Verdict check(String module, String config) throws IOException, InterruptedException {
        Path work = Files.createTempDirectory("tlc-" + config);
        try {
            Path output = work.resolve("output");
            Process tlc = new ProcessBuilder(command(module, config, work))
                    .directory(specs.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            try {
                if (!tlc.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new IllegalStateException(
                            config + " took longer than " + limit + ":\n" + Files.readString(output));
                }
            } finally {
                tlc.destroyForcibly().waitFor();
            }
            return Verdict.parse(Files.readString(output));
        } finally {
            deleteAll(work);
        }
    }

    private static List<String> command(String module, String config, Path work) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                // Most checks are over before the second compiler would pay.
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx1g",
                "-Djava.io.tmpdir=" + work,
                "-cp",
                tlaTools(),
                "tlc2.TLC",
                "-workers",
                // One: the search is then breadth first in the strict sense, and a counterexample is a shortest one.
                "1",
                "-metadir",
                work.resolve("states").toString(),
                "-config",
                config + ".cfg",
                module + ".tla");
    }

    private static String tlaTools() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> Path.of(entry).getFileName().toString().startsWith("tlatools"))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("tlatools is not on the test class path"));
    }

    private static void deleteAll(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> {
                try {
                    Files.delete(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
