package dev.incumbent.cli;

import java.io.IOException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The program {@code elect}. */
@Command(
        name = "elect",
        description = "Leader elections with fencing, from the command line.",
        subcommands = {DemoCommand.class, DemoCandidateCommand.class},
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        scope = ScopeType.INHERIT,
        usageHelpAutoWidth = true,
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all went well",
            "1:the command failed; it says why",
            "2:wrong usage",
            "130:interrupted by Ctrl-C (143: by TERM)"
        })
public final class Elect implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before anything runs
    private CommandSpec spec;

    @Option(
            names = {"-v", "--verbose"},
            scope = ScopeType.INHERIT,
            showDefaultValue = Visibility.NEVER,
            description = "Log more, to standard error; twice for debugging.")
    private boolean[] verbose = {};

    Elect() {}

    /** Runs the command and exits with its code. */
    public static void main(String[] args) throws IOException {
        // The most frequent question of scripts, answered before the parser's classes are loaded.
        if (args.length == 1 && (args[0].equals("--version") || args[0].equals("-V"))) {
            System.out.println(Version.line());
            return;
        }
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Elect()).setExecutionExceptionHandler((failure, command, parsed) -> {
            command.getErr().println(command.getColorScheme().errorText("elect: " + failure.getMessage()));
            if (parsed.commandSpec().root().userObject() instanceof Elect elect && elect.verbosity() > 0) {
                failure.printStackTrace(command.getErr());
            }
            return CommandLine.ExitCode.SOFTWARE;
        });
    }

    int verbosity() {
        return verbose.length;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing command");
    }
}
