package dev.incumbent.realservers;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs the {@code consul} program of one installation as a client of a given endpoint, real or embedded.
 *
 * <p>Immutable; every run is a process of its own.
 */
public final class ConsulCommand {

    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(20);

    private final ConsulInstallation installation;
    private final Map<String, String> environment;
    private final Duration timeout;

    private ConsulCommand(ConsulInstallation installation, Map<String, String> environment, Duration timeout) {
        this.installation = installation;
        this.environment = environment;
        this.timeout = timeout;
    }

    /** A client of this endpoint, such as {@code http://127.0.0.1:8500}; a run may take 20 seconds. */
    public static ConsulCommand of(ConsulInstallation installation, String endpoint) {
        // As a variable rather than a flag, since flags have to come after the subcommand, of one word or of two.
        return new ConsulCommand(installation, Map.of("CONSUL_HTTP_ADDR", endpoint), DEFAULT_TIMEOUT);
    }

    /** The same with an ACL token, which does not show among the arguments. */
    public ConsulCommand token(String secret) {
        return variable("CONSUL_HTTP_TOKEN", secret);
    }

    /** The same with one more environment variable, such as {@code CONSUL_CACERT}. */
    public ConsulCommand variable(String name, String value) {
        Map<String, String> all = new HashMap<>(environment);
        all.put(name, value);
        return new ConsulCommand(installation, Map.copyOf(all), timeout);
    }

    /** The same with another bound on a run. */
    public ConsulCommand timeout(Duration bound) {
        return new ConsulCommand(installation, environment, bound);
    }

    /** The program that is run. */
    public ConsulInstallation installation() {
        return installation;
    }

    /**
     * Runs a command to its end, with an empty standard input.
     *
     * @throws RealServerException if it cannot be started or outlasts the timeout; it is killed then
     */
    public CommandResult run(String... arguments) {
        return runWithInput("", arguments);
    }

    /** Runs a command that reads its standard input, such as {@code kv put key -}. */
    public CommandResult runWithInput(String input, String... arguments) {
        return RunningCommand.run(command(arguments), environment, input, timeout);
    }

    /** Starts a command that runs until it is closed, such as {@code lock} or {@code watch}. */
    public RunningCommand start(String... arguments) {
        return RunningCommand.start(command(arguments), environment);
    }

    private List<String> command(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(installation.consul().toString());
        command.addAll(List.of(arguments));
        return command;
    }
}
