package dev.incumbent.cli;

import dev.incumbent.cli.backend.Backend;
import dev.incumbent.cli.demo.Demo;
import dev.incumbent.cli.demo.Narrator;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code elect demo}. */
@Command(
        name = "demo",
        description = {
            "Shows an election, a handoff, a crash and a frozen leader, with real processes, in about 20 seconds.",
            "",
            "Starts three coordinator nodes (or goes to running ones: --endpoints) and a database in this process and three candidates in processes of their"
                    + " own. Nothing is needed beside Java; nothing is left behind, also after Ctrl-C."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:everything was seen",
            "1:something was not seen in time, or failed; it says what",
            "2:wrong usage",
            "130:interrupted by Ctrl-C (143: by TERM)"
        })
final class DemoCommand implements Callable<Integer> {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // set by picocli before anything runs
    private Elect elect;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before anything runs
    private CommandSpec spec;

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            converter = BackendConverter.class,
            description = "The coordinator to show: zookeeper (the default), etcd or consul.")
    private Backend backend = Backend.ZOOKEEPER;

    @Option(
            names = "--endpoints",
            paramLabel = "URL[,URL...]",
            description = {
                "Stand on servers that run already, instead of starting some: etcd only, for instance"
                        + " http://127.0.0.1:2379. They need no authentication. All keys lie under incumbent-demo/;"
                        + " one small record stays there."
            })
    private @Nullable String endpoints;

    @Override
    public Integer call() throws InterruptedException {
        Optional<String> refusal = endpoints == null ? Optional.empty() : backend.whyNotReal();
        if (refusal.isPresent()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--endpoints does not go with --backend " + backend.id() + ": " + refusal.get());
        }
        Logging.configureForFaults(elect.verbosity());
        boolean colours = spec.commandLine().getColorScheme().ansi() == Help.Ansi.AUTO
                ? Help.Ansi.AUTO.enabled()
                : spec.commandLine().getColorScheme().ansi().enabled();
        boolean seen = new Demo(
                        backend, Optional.ofNullable(endpoints), candidateCommand(), new Narrator(System.out, colours))
                .run();
        return seen ? 0 : 1;
    }

    /** This program again, as {@link DemoCandidateCommand}; small, since there are three. */
    private List<String> candidateCommand() {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                // Its file would be left behind by a process that is killed.
                "-XX:-UsePerfData",
                "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                "-cp",
                System.getProperty("java.class.path"),
                Elect.class.getName(),
                DemoCandidateCommand.NAME,
                "--backend",
                backend.id()));
        for (int i = 0; i < elect.verbosity(); i++) {
            command.add("-v");
        }
        return command;
    }
}
