package dev.incumbent.realservers;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Runs {@code etcdctl} of one installation against given endpoints, real or embedded.
 *
 * <p>Immutable; every run is a process of its own.
 */
public final class Etcdctl {

    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(20);

    private final EtcdInstallation installation;
    private final List<String> flags;
    private final Duration timeout;

    private Etcdctl(EtcdInstallation installation, List<String> flags, Duration timeout) {
        this.installation = installation;
        this.flags = List.copyOf(flags);
        this.timeout = timeout;
    }

    /** A client of these endpoints, such as {@code http://127.0.0.1:2379}; a run may take 20 seconds. */
    public static Etcdctl of(EtcdInstallation installation, List<String> endpoints) {
        return new Etcdctl(installation, List.of("--endpoints=" + String.join(",", endpoints)), DEFAULT_TIMEOUT);
    }

    /** The same with more global flags on each run, such as {@code --user=root:secret}. */
    public Etcdctl with(String... moreFlags) {
        List<String> all = new ArrayList<>(flags);
        all.addAll(List.of(moreFlags));
        return new Etcdctl(installation, all, timeout);
    }

    /** The same with another bound on a run. */
    public Etcdctl timeout(Duration bound) {
        return new Etcdctl(installation, flags, bound);
    }

    /** The programs that are run. */
    public EtcdInstallation installation() {
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

    /** Runs a command that reads its standard input, such as {@code txn}. */
    public CommandResult runWithInput(String input, String... arguments) {
        return RunningCommand.run(command(arguments), environment(), input, timeout);
    }

    /** Starts a command that runs until it is closed, such as {@code watch}, {@code elect} or {@code lock}. */
    public RunningCommand start(String... arguments) {
        return RunningCommand.start(command(arguments), environment());
    }

    private List<String> command(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(installation.etcdctl().toString());
        command.addAll(flags);
        command.addAll(List.of(arguments));
        return command;
    }

    private static Map<String, String> environment() {
        return Map.of("ETCDCTL_API", "3");
    }
}
