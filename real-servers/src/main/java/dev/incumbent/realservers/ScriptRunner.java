package dev.incumbent.realservers;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Runs scripts that use clients in other languages, as far as the language and the client are on this machine.
 *
 * <p>Modules of Node.js are looked for in {@code clients-node/node_modules} and those of Python in {@code clients-python} of the
 * directory that also holds the servers; {@code .ci/real-servers.sh} fills both on Debian. Immutable; every run is a process
 * of its own.
 */
public final class ScriptRunner {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final List<String> command;
    private final Map<String, String> environment;

    private ScriptRunner(List<String> command, Map<String, String> environment) {
        this.command = command;
        this.environment = environment;
    }

    /** Node.js, if it can load a module such as {@code consul}. */
    public static Optional<ScriptRunner> node(String module) {
        Map<String, String> environment = Map.of(
                "NODE_PATH", directory().resolve("clients-node/node_modules").toString());
        return Optional.of(new ScriptRunner(List.of("node"), environment))
                .filter(runner -> runner.succeeds("-e", "require('" + module + "')"));
    }

    /** Python 3, if it can import a module such as {@code patroni.dcs.consul}. */
    public static Optional<ScriptRunner> python(String module) {
        Map<String, String> environment =
                Map.of("PYTHONPATH", directory().resolve("clients-python").toString(), "PYTHONDONTWRITEBYTECODE", "1");
        // Debian's modules may be compiled for Debian's Python, which need not be the first of the path.
        return List.of("/usr/bin/python3", "python3").stream()
                .map(program -> new ScriptRunner(List.of(program), environment))
                .filter(runner -> runner.succeeds("-c", "import " + module))
                .findFirst();
    }

    /** Where was looked: the reason of a test that is skipped for want of a client. */
    public static String why() {
        return "Clients in other languages are looked for in " + directory() + "/clients-* (" + ServerSearch.SETTING
                + "); .ci/real-servers.sh fetches them on Debian";
    }

    private static Path directory() {
        return ServerSearch.ofThisMachine().directory();
    }

    private boolean succeeds(String... arguments) {
        try {
            return run(arguments).succeeded();
        } catch (RealServerException noSuchProgram) {
            return false;
        }
    }

    /**
     * Runs a script to its end.
     *
     * @throws RealServerException if it cannot be started or takes more than a minute
     */
    public CommandResult run(Path script, String... arguments) {
        List<String> all = new ArrayList<>(List.of(script.toString()));
        all.addAll(List.of(arguments));
        return run(all.toArray(String[]::new));
    }

    private CommandResult run(String... arguments) {
        List<String> all = new ArrayList<>(command);
        all.addAll(List.of(arguments));
        return RunningCommand.run(all, environment, "", PATIENCE);
    }
}
