package dev.incumbent.cli;

import dev.incumbent.cli.backend.Backend;
import dev.incumbent.cli.demo.Candidate;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** One candidate of the demo, in a process of its own; started by the demo, not by people. */
@Command(name = DemoCandidateCommand.NAME, hidden = true, description = "One candidate of the demo.")
final class DemoCandidateCommand implements Callable<Integer> {

    static final String NAME = "demo-candidate";

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // set by picocli before anything runs
    private Elect elect;

    @Option(names = "--backend", required = true, converter = BackendConverter.class)
    private Backend backend = Backend.ZOOKEEPER;

    @Option(names = "--coordinator", required = true)
    private String coordinator = "";

    @Option(names = "--store", required = true)
    private String store = "";

    @Option(names = "--name", required = true)
    private String name = "";

    @Option(names = "--election", required = true)
    private String election = "";

    @Option(names = "--ttl-millis", required = true)
    private long ttlMillis;

    @Override
    public Integer call() throws Exception {
        Logging.configureForFaults(elect.verbosity());
        new Candidate(
                        name,
                        election,
                        store,
                        System.in,
                        System.out,
                        candidate -> backend.connect(coordinator, candidate, Duration.ofMillis(ttlMillis)))
                .run();
        return 0;
    }
}
