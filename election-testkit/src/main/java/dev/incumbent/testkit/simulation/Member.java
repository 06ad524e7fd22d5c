package dev.incumbent.testkit.simulation;

import dev.incumbent.election.CampaignOptions;
import dev.incumbent.election.Candidacy;
import dev.incumbent.election.CandidacyState;
import dev.incumbent.election.CandidateId;
import dev.incumbent.election.ElectionConfig;
import dev.incumbent.election.ElectionEvent;
import dev.incumbent.election.Leadership;
import dev.incumbent.election.LeadershipListener;
import dev.incumbent.election.Observation;
import dev.incumbent.election.RevocationCause;
import dev.incumbent.election.Ticker;
import dev.incumbent.election.internal.runtime.CoordinatedClient;
import dev.incumbent.election.spi.ElectionRuntime;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.SessionId;
import dev.incumbent.testkit.simulation.Checker.Term;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One process that stands in every election of a run, works while it leads, and observes. */
final class Member implements Witness {

    private final Simulation simulation;
    private final Checker checker;
    private final Storage storage;
    private final SimulatedProcess process;
    private final SimulatedCoordinator connection;
    private final CoordinatedClient client;
    private final Map<String, Candidacy> candidacies = new TreeMap<>();
    private final Map<String, Observation> observations = new TreeMap<>();
    private final List<Stand> stands = new ArrayList<>();
    private boolean fit = true;
    private boolean closed;

    /** What a member keeps between two samples of one candidacy. */
    private static final class Stand {
        final Candidacy candidacy;
        final boolean releaseUndrained;

        @Nullable
        Leadership seen;

        Stand(Candidacy candidacy, boolean releaseUndrained) {
            this.candidacy = candidacy;
            this.releaseUndrained = releaseUndrained;
        }
    }

    Member(
            Simulation simulation,
            SimulatedStore store,
            Checker checker,
            Storage storage,
            Wiring wiring,
            ElectionConfig config,
            SimulatedProcess process,
            Weather weather) {
        this.simulation = simulation;
        this.checker = checker;
        this.storage = storage;
        this.process = process;
        Ticker ticker = wiring.ticker(process.ticker());
        this.connection = new SimulatedCoordinator(simulation, process, ticker, store, weather, this);
        this.client = CoordinatedClient.start(
                wiring.coordinator(connection, ticker),
                config,
                new ElectionRuntime(
                        ticker,
                        process.loop(),
                        process.callbacks(),
                        false,
                        simulation.random().split(),
                        new CandidateId(process.name())),
                wiring.logic());
    }

    SimulatedProcess process() {
        return process;
    }

    SimulatedCoordinator connection() {
        return connection;
    }

    String describe() {
        return process.name() + " " + candidacies.values() + " " + client.health();
    }

    Map<String, Candidacy> candidacies() {
        return candidacies;
    }

    Map<String, Observation> observations() {
        return observations;
    }

    void fit(boolean next) {
        fit = next;
    }

    /** Closes the client; what must be observed of it goes on. */
    void close() {
        closed = true;
        client.closeAsync();
    }

    void observe(String election) {
        observations.put(election, client.election(election).observe(event -> {}));
    }

    void campaign(String election) {
        Candidacy before = candidacies.get(election);
        if (closed || !process.isAlive() || (before != null && before.state() != CandidacyState.CLOSED)) {
            return;
        }
        boolean undrained = simulation.chance(0.2);
        CampaignOptions options = CampaignOptions.builder()
                .payload(process.name())
                .listener(new Listener(undrained))
                .healthCheck(() -> fit, Duration.ofSeconds(4), Duration.ofSeconds(60))
                .drainTimeout(Duration.ofSeconds(8))
                .releaseUndrained(undrained)
                .build();
        Candidacy candidacy = client.election(election).campaign(options);
        candidacies.put(election, candidacy);
        stands.removeIf(stand -> stand.candidacy.state() == CandidacyState.CLOSED);
        stands.add(new Stand(candidacy, undrained));
    }

    /** Looks at every candidacy, as an application may at any time. */
    void sample() {
        for (int i = 0; i < stands.size(); i++) {
            Stand stand = stands.get(i);
            Leadership now = stand.candidacy.leadership().orElse(null);
            if (now != null && now != stand.seen) {
                stand.seen = now;
                checker.seen(now, process, stand.releaseUndrained);
            }
        }
        checkObservations();
    }

    /** Who cannot ask must not claim to know. */
    private void checkObservations() {
        long limit = 15 * Simulation.SECOND;
        if (connection.downFor() > limit && process.runningFor() > limit) {
            observations.forEach((election, observation) -> {
                if (!(observation.current() instanceof ElectionEvent.Unknown)) {
                    simulation.violated(
                            "S6",
                            process.name() + " claims to know who leads " + election + " although nothing has come"
                                    + " through for 15 s: " + observation.current());
                }
            });
        }
    }

    /** Raises the generation as an operator does, over this process's connection. */
    void raiseGeneration() {
        client.admin().raiseGeneration(Optional.empty());
    }

    private final class Listener implements LeadershipListener {

        private final boolean undrained;

        Listener(boolean undrained) {
            this.undrained = undrained;
        }

        private Term term(Leadership leadership) {
            return checker.seen(leadership, process, undrained);
        }

        @Override
        public void elected(Leadership leadership) {
            Term term = term(leadership);
            checker.elected(term);
            simulation.log(process.name(), () -> "elected: " + term);
            storage.work(term);
        }

        @Override
        public void suspect(Leadership leadership, String reason) {
            checker.doubted(term(leadership));
            simulation.log(process.name(), () -> "suspect: " + leadership + ": " + reason);
        }

        @Override
        public void recovered(Leadership leadership) {
            checker.doubted(term(leadership));
            simulation.log(process.name(), () -> "recovered: " + leadership);
        }

        @Override
        public void revoked(Leadership leadership, RevocationCause cause) {
            Term term = term(leadership);
            simulation.log(process.name(), () -> "revoked: " + term + " " + cause);
            term.stopped = true;
            checker.revoked(term, cause);
        }
    }

    @Override
    public void withdrawing(Entry entry) {
        checker.withdrawing(process, entry);
    }

    @Override
    public void closingSession(SessionId session) {
        checker.closingSession(process, session);
    }

    @Override
    public void knows(Entry entry) {
        checker.knows(entry);
    }
}
