package dev.incumbent.realservers;

import static java.util.Comparator.comparing;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where programs of real servers are looked for: subdirectories {@code <server>-<version>} of one directory, then the
 * directories of {@code PATH}.
 */
final class ServerSearch {

    /** Names the directory, as a system property or in the environment; the property wins. */
    static final String SETTING = "INCUMBENT_SERVERS";

    private static final List<String> BELOW = List.of("", "bin", "usr/bin");

    private final Path directory;
    private final List<Path> path;

    ServerSearch(Path directory, List<Path> path) {
        this.directory = directory;
        this.path = path;
    }

    static ServerSearch ofThisMachine() {
        String setting = System.getProperty(SETTING, System.getenv(SETTING));
        Path directory = setting == null || setting.isBlank()
                ? Path.of(System.getProperty("user.home", "."), ".cache", "incumbent", "servers")
                : Path.of(setting);
        return new ServerSearch(directory, pathDirectories(System.getenv("PATH")));
    }

    private static List<Path> pathDirectories(@Nullable String path) {
        return path == null
                ? List.of()
                : Stream.of(path.split(File.pathSeparator))
                        .filter(entry -> !entry.isBlank())
                        .map(Path::of)
                        .toList();
    }

    Path directory() {
        return directory;
    }

    /** What was found of a server and where was looked, for those who miss it. */
    String why(String title, String server, List<?> found) {
        return "Real " + title + " found: " + (found.isEmpty() ? "none" : found) + "; looked in " + directory + "/"
                + server + "-* (" + SETTING + ") and PATH; .ci/real-servers.sh fetches it on Debian";
    }

    /** Directories that hold the program, the server directories first, by name. */
    List<Path> directoriesWith(String server, String program) {
        List<Path> found = new ArrayList<>();
        for (Path candidate : serverDirectories(server)) {
            BELOW.stream()
                    .map(candidate::resolve)
                    .filter(place -> holds(place, program))
                    .findFirst()
                    .ifPresent(found::add);
        }
        path.stream().filter(place -> holds(place, program)).findFirst().ifPresent(found::add);
        return found;
    }

    private List<Path> serverDirectories(String server) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(entry -> entry.getFileName().toString().startsWith(server + "-"))
                    .sorted(comparing(Path::toString))
                    .toList();
        } catch (IOException unreadable) {
            throw new RealServerException("Cannot list " + directory, unreadable);
        }
    }

    private static boolean holds(Path place, String program) {
        return program(place, program).isPresent();
    }

    static Optional<Path> program(Path place, String name) {
        Path program = place.resolve(name);
        return Files.isRegularFile(program) && Files.isExecutable(program) ? Optional.of(program) : Optional.empty();
    }
}
