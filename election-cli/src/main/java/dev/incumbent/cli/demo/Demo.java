package dev.incumbent.cli.demo;

import dev.incumbent.cli.backend.Backend;
import dev.incumbent.cli.backend.EmbeddedCoordinator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The whole demonstration: sets the stage, plays the acts in turn, sums up, and leaves nothing behind. */
public final class Demo {

    private static final Logger log = LoggerFactory.getLogger(Demo.class);

    private static final int NODES = 3;
    private static final String ELECTION = "demo/account";
    private static final List<String> NAMES = List.of("ada", "ben", "cleo");
    private static final long STOP_PATIENCE_SECONDS = 5;

    private final Backend backend;
    private final Optional<String> servers;
    private final List<String> candidateCommand;
    private final Narrator narrator;
    private final Teardown teardown = new Teardown();

    /**
     * Prepares a demonstration; nothing is started.
     *
     * @param backend the coordinator to show
     * @param servers where it serves already; if empty, servers are started in this process
     * @param candidateCommand starts a candidate, but for the options that only the demo knows
     * @param narrator told what happens
     */
    public Demo(Backend backend, Optional<String> servers, List<String> candidateCommand, Narrator narrator) {
        this.backend = backend;
        this.servers = servers;
        this.candidateCommand = List.copyOf(candidateCommand);
        this.narrator = narrator;
    }

    /**
     * Runs it. Bounded: every wait has an end. If the JVM is told to end meanwhile, a shutdown hook ends the candidates
     * and the servers and deletes the files.
     *
     * @return whether every act was seen
     * @throws InterruptedException if interrupted; everything is ended then too
     */
    public boolean run() throws InterruptedException {
        Thread hook = new Thread(this::interrupted, "demo-teardown");
        Runtime.getRuntime().addShutdownHook(hook);
        boolean seen = false;
        try {
            seen = perform();
        } catch (CancellationException over) {
            log.debug("The hook has torn everything down", over);
        } catch (IOException | SQLException | RuntimeException failure) {
            log.debug("The stage could not be set", failure);
            narrator.highlight("red", "The demo could not be set up: " + failure.getMessage());
        } finally {
            teardown.close();
            forget(hook);
        }
        return seen;
    }

    private void interrupted() {
        narrator.last("Interrupted: ending the candidates and the servers.");
        teardown.close();
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            log.debug("The hook runs already", shuttingDown);
        }
    }

    private boolean perform() throws IOException, SQLException, InterruptedException {
        narrator.title("Setting the stage");
        Stage stage = set();
        List<Act> acts = List.of(Acts.election(), Acts.handoff(), Acts.crash(), Acts.frozenLeader());
        List<String> summary = new ArrayList<>();
        boolean seen = true;
        for (int i = 0; i < acts.size() && seen; i++) {
            Act act = acts.get(i);
            narrator.title((i + 1) + "  " + act.title());
            try {
                summary.add(act.play(stage));
            } catch (NotSeenException missing) {
                narrator.highlight("bold,red", "Not seen: " + missing.getMessage());
                summary.add(act.title() + ": " + missing.getMessage());
                seen = false;
            } catch (IOException | SQLException | UncheckedIOException failure) {
                narrator.highlight("bold,red", "Failed: " + failure.getMessage());
                summary.add(act.title() + ": " + failure.getMessage());
                seen = false;
            }
        }
        stopCandidates(stage);
        sumUp(acts, summary, seen);
        return seen;
    }

    private Stage set() throws IOException, SQLException {
        TempDirectory directory = teardown.open(TempDirectory::create);
        String coordinator = coordinator(directory);
        // On servers that are not ours, another demonstration may run at the same time, or may have been killed just
        // now.
        String election = servers.isEmpty()
                ? ELECTION
                : ELECTION + "-" + ProcessHandle.current().pid();
        Bank bank = teardown.open(Bank::open);
        narrator.at("A database server (H2) has two accounts: one behind a fence, which lets a write pass only with the"
                + " newest leader's token, and a twin without.");
        Transcript transcript = new Transcript();
        Duration lease = backend.demoLease();
        List<CandidateProcess> candidates = new ArrayList<>();
        for (String name : NAMES) {
            List<String> command = new ArrayList<>(candidateCommand);
            command.addAll(List.of("--coordinator", coordinator, "--store", bank.url(), "--name", name));
            command.addAll(List.of("--election", election));
            command.addAll(List.of("--ttl-millis", Long.toString(lease.toMillis())));
            candidates.add(teardown.open(() -> CandidateProcess.start(name, command, bank.password(), transcript)));
        }
        narrator.at("Three candidates start, each a process of its own: "
                + candidates.stream()
                        .map(candidate -> candidate.name() + " (pid " + candidate.pid() + ")")
                        .reduce((a, b) -> a + ", " + b)
                        .orElseThrow()
                + ". A lease lasts " + lease.toSeconds() + " s.");
        return new Stage(candidates, transcript, bank, narrator, lease, backend.afterCrash());
    }

    private String coordinator(TempDirectory directory) {
        if (servers.isPresent()) {
            narrator.at("The candidates will stand on the " + backend.title() + " servers at " + servers.get() + ".");
            return servers.get();
        }
        long start = System.nanoTime();
        EmbeddedCoordinator coordinator = teardown.open(
                () -> backend.startEmbedded(NODES, directory.path().resolve("coordinator")));
        narrator.at("An ensemble of three " + backend.title() + " nodes serves, after "
                + Words.nanos(System.nanoTime() - start) + ". It runs in this process: good for a demo, not for"
                + " production.");
        return coordinator.address();
    }

    /** Politely; who does not listen is ended by the teardown. */
    private static void stopCandidates(Stage stage) throws InterruptedException {
        for (CandidateProcess candidate : stage.candidates()) {
            try {
                candidate.order(Order.STOP);
            } catch (UncheckedIOException gone) {
                log.debug("{} has ended already", candidate.name(), gone);
            }
        }
        for (CandidateProcess candidate : stage.candidates()) {
            if (!candidate.awaitExit(STOP_PATIENCE_SECONDS)) {
                log.warn("{} did not end when told to", candidate.name());
            }
        }
    }

    private void sumUp(List<Act> acts, List<String> summary, boolean seen) {
        narrator.title("Summary");
        for (int i = 0; i < summary.size(); i++) {
            narrator.item(seen || i < summary.size() - 1, summary.get(i));
        }
        acts.stream().skip(summary.size()).forEach(act -> narrator.item(false, act.title() + ": not played"));
    }
}
