package dev.incumbent.testkit.simulation;

import dev.incumbent.election.Candidacy;
import dev.incumbent.election.CandidacyState;
import dev.incumbent.election.ElectionConfig;
import dev.incumbent.election.ElectionEvent;
import dev.incumbent.election.spi.SessionId;
import dev.incumbent.testkit.store.StoreStyle;
import dev.incumbent.testkit.store.StoredEntry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One run: members stand in elections while faults befall them, then everything heals and must settle.
 *
 * <p>The seed decides the kind of coordinator, the number of members, the clocks, which faults there are and when.
 */
final class ElectionRun {

    private static final long SETTLE_LIMIT_TTLS = 40;

    private final long seed;
    private final Wiring wiring;
    private final Simulation simulation;
    private final ElectionConfig config;
    private final SimulatedStore store;
    private final Checker checker;
    private final Storage storage;
    private final List<Member> members = new ArrayList<>();
    private final List<Member> everybody = new ArrayList<>();
    private final List<String> elections = new ArrayList<>();
    private final List<Fault> faults = new ArrayList<>();
    private final boolean wallSharesRate;
    private final boolean suspends;
    private final double rateError;
    private final double stuckCallbacks;
    private final double slowWrites;
    private int names;
    private int expected;
    private long lastStraggler;
    private boolean calm;

    /** Something that goes wrong, or that an application does. */
    private record Fault(String name, Runnable action) {}

    /**
     * What came of a run.
     *
     * @param seed its seed
     * @param violation what was broken, empty if nothing
     * @param steps how much happened
     * @param terms how many leaderships there were
     * @param written how many writes the fenced store took
     * @param lost how many stale writes the unfenced twin took
     * @param settledAfter how long it took after the last fault until everything was in order, in nanoseconds
     * @param fingerprint equal for runs that did the same
     * @param trace the last events, if asked for
     */
    record Result(
            long seed,
            Optional<Violation> violation,
            long steps,
            int terms,
            int written,
            int lost,
            long settledAfter,
            long fingerprint,
            List<String> trace) {

        String report() {
            return "Seed " + seed + ": "
                    + violation
                            .map(found -> found.invariant() + ": " + found.message())
                            .orElse("nothing violated")
                    + "\nRun it again with -Dsimulation.seed=" + seed + "\n" + String.join("\n", trace);
        }
    }

    private ElectionRun(long seed, Wiring wiring, int traceLines) {
        this.seed = seed;
        this.wiring = wiring;
        this.simulation = new Simulation(seed, traceLines);
        this.rateError = simulation.chance(0.5) ? 0.001 : 0.02;
        this.wallSharesRate = simulation.chance(0.5);
        this.config = wiring.config(config());
        this.store = new SimulatedStore(simulation, wiring.style().orElseGet(this::style), config.leaseTtl());
        this.checker = new Checker(simulation, store, wiring);
        this.storage = new Storage(simulation, checker, wiring);
        this.suspends = simulation.chance(0.5);
        this.stuckCallbacks = simulation.chance(0.3) ? 0.1 : 0;
        this.slowWrites = simulation.chance(0.7) ? 0.2 : 0;
    }

    /** A wide margin hides a wrong deadline, so some runs have next to none. */
    private ElectionConfig config() {
        ElectionConfig.Builder builder =
                ElectionConfig.builder().leaseTtl(Duration.ofSeconds(10)).clockRateError(rateError);
        if (wallSharesRate && simulation.chance(0.5)) {
            builder.margin(Duration.ofMillis(50)).leapTolerance(Duration.ofMillis(20));
        }
        return builder.build();
    }

    /** Runs a seed; if a guarantee is broken, runs it again to write down what happened. */
    static Result run(long seed, Wiring wiring) {
        Result result = new ElectionRun(seed, wiring, 0).run();
        return result.violation().isEmpty() ? result : traced(seed, wiring, 250);
    }

    static Result traced(long seed, Wiring wiring, int lines) {
        return new ElectionRun(seed, wiring, lines).run();
    }

    private StoreStyle style() {
        return switch (simulation.below(6)) {
            case 0, 1 -> StoreStyle.etcd();
            case 2, 3 -> StoreStyle.zooKeeper();
            case 4 -> StoreStyle.consul();
            default ->
                new StoreStyle(
                        simulation.chance(0.5), simulation.chance(0.5), simulation.chance(0.5), simulation.chance(0.5));
        };
    }

    private Result run() {
        int size = 2 + simulation.below(3);
        for (int i = 0; i < 1 + simulation.below(2); i++) {
            elections.add("election-" + i);
        }
        chooseFaults();
        Weather weather = Weather.of(simulation);
        for (int i = 0; i < size; i++) {
            join(weather);
        }
        storage.slow(slowWrites);
        scheduleFault(weather);
        simulation.runUntil(simulation.between(30 * Simulation.SECOND, 120 * Simulation.SECOND), this::sample);
        calmDown();
        long calmSince = simulation.now();
        long settledAt = settle(calmSince);
        checkSettled();
        staySettled();
        checker.checkTold();
        return new Result(
                seed,
                Optional.ofNullable(simulation.violation()),
                simulation.steps(),
                checker.terms(),
                storage.written(),
                storage.lost(),
                settledAt - calmSince,
                simulation.fingerprint(),
                simulation.trace().lines());
    }

    // ---- members

    private Member join(Weather weather) {
        double rate = 1 + (simulation.random().nextDouble() * 2 - 1) * rateError;
        if (simulation.chance(0.3)) {
            rate = simulation.chance(0.5) ? 1 - rateError : 1 + rateError;
        }
        SimulatedTicker ticker = new SimulatedTicker(
                simulation, rate, wallSharesRate, simulation.random().nextLong());
        SimulatedProcess process = new SimulatedProcess(simulation, "p" + ++names, ticker);
        process.stuckCallbacks(calm ? 0 : stuckCallbacks);
        Member member = new Member(simulation, store, checker, storage, wiring, config, process, weather);
        members.add(member);
        everybody.add(member);
        for (String election : elections) {
            process.post(simulation.between(0, Simulation.SECOND), () -> member.campaign(election));
            member.observe(election);
        }
        return member;
    }

    private Member someone() {
        return members.get(simulation.below(members.size()));
    }

    private String somewhere() {
        return elections.get(simulation.below(elections.size()));
    }

    private Optional<Candidacy> someCandidacy() {
        Member member = someone();
        return member.process().isRunning()
                ? Optional.ofNullable(member.candidacies().get(somewhere()))
                : Optional.empty();
    }

    // ---- what happens

    private void chooseFaults() {
        List<Fault> possible = new ArrayList<>();
        possible.add(new Fault("cut", this::cut));
        possible.add(new Fault("stall", () -> someone().connection().stall(someTime())));
        possible.add(new Fault("streams", () -> someone().connection().breakStreams()));
        possible.add(new Fault("pause", this::pause));
        possible.add(new Fault("crash", this::crash));
        if (wiring.leaves()) {
            possible.add(new Fault("leave", this::leave));
        }
        possible.add(new Fault("requeue", () -> someCandidacy().ifPresent(Candidacy::requeue)));
        possible.add(new Fault("proclaim", () -> someCandidacy().ifPresent(some -> some.proclaim(new byte[] {1}))));
        possible.add(new Fault("unfit", this::unfit));
        possible.add(new Fault("close", this::closeClient));
        possible.add(new Fault("expire", this::expireSession));
        possible.add(new Fault("delete", this::deleteEntry));
        possible.add(new Fault("raise", this::raise));
        possible.add(new Fault("admin", this::raiseByClient));
        possible.add(new Fault("failover", store::failOver));
        possible.add(new Fault("quorum", this::loseQuorum));
        if (suspends) {
            possible.add(new Fault("suspend", this::suspend));
            possible.add(new Fault("wall", () -> someone().process().ticker().step(simulation.between(0, 5000))));
        } else {
            possible.add(new Fault("wall", () -> someone().process().ticker().step(simulation.between(-5000, 5000))));
        }
        for (Fault fault : possible) {
            if (simulation.chance(0.4)) {
                faults.add(fault);
            }
        }
    }

    private void scheduleFault(Weather weather) {
        double pace = simulation.chance(0.3)
                ? 0.15 + simulation.random().nextDouble()
                : 0.5 + simulation.random().nextDouble() * 4;
        simulation.after((long) (-Math.log(1 - simulation.random().nextDouble()) * pace * Simulation.SECOND), () -> {
            if (!calm && !faults.isEmpty()) {
                Fault fault = faults.get(simulation.below(faults.size()));
                simulation.log("FAULT", fault::name);
                fault.action().run();
                while (members.stream()
                                .filter(member -> member.process().isAlive())
                                .count()
                        < 2) {
                    join(weather);
                }
                scheduleFault(weather);
            }
        });
    }

    private long someTime() {
        return simulation.chance(0.6)
                ? simulation.between(10 * Simulation.MILLI, 3 * Simulation.SECOND)
                : simulation.between(3 * Simulation.SECOND, 25 * Simulation.SECOND);
    }

    private void cut() {
        SimulatedCoordinator connection = someone().connection();
        connection.cut();
        simulation.after(someTime(), connection::heal);
    }

    private void pause() {
        SimulatedProcess process = someone().process();
        long time = someTime();
        simulation.log("FAULT", () -> process.name() + " is paused for " + time / Simulation.MILLI + " ms");
        process.pause();
        simulation.after(time, process::goOn);
    }

    private void suspend() {
        SimulatedProcess process = someone().process();
        if (process.isRunning()) {
            long time = someTime();
            simulation.log("FAULT", () -> process.name() + " is suspended for " + time / Simulation.MILLI + " ms");
            process.pause();
            process.ticker().suspend();
            simulation.after(time, () -> {
                process.ticker().resume();
                process.goOn();
            });
        }
    }

    private void crash() {
        Member member = someone();
        if (member.process().isAlive()) {
            simulation.log("FAULT", () -> member.process().name() + " crashes");
            member.process().crash();
            members.remove(member);
            Weather weather = Weather.of(simulation);
            expected++;
            simulation.after(someTime(), () -> {
                expected--;
                join(calm ? Weather.CALM : weather);
            });
        }
    }

    private void leave() {
        String election = somewhere();
        Member member = someone();
        Candidacy candidacy = member.candidacies().get(election);
        if (candidacy != null && member.process().isRunning()) {
            candidacy.resign();
            member.process().post(someTime(), () -> member.campaign(election));
        }
    }

    private void unfit() {
        Member member = someone();
        member.fit(false);
        simulation.after(someTime(), () -> member.fit(true));
    }

    private void closeClient() {
        Member member = someone();
        if (member.process().isRunning() && members.size() > 2) {
            members.remove(member);
            member.close();
        }
    }

    private List<StoredEntry> standing() {
        return elections.stream()
                .flatMap(election -> store.entries().entries(election).stream())
                .filter(entry -> !entry.orphaned())
                .toList();
    }

    private long orphans() {
        return elections.stream()
                .flatMap(election -> store.entries().entries(election).stream())
                .filter(StoredEntry::orphaned)
                .count();
    }

    private void expireSession() {
        List<StoredEntry> standing = standing();
        if (!standing.isEmpty()) {
            store.expire(standing.get(simulation.below(standing.size())).entry().session());
        }
    }

    private void deleteEntry() {
        List<StoredEntry> standing = standing();
        if (!standing.isEmpty()) {
            store.delete(standing.get(simulation.below(standing.size())).entry());
        }
    }

    private void raise() {
        store.entries().raise(Optional.empty(), 1_800_000_000L + simulation.now() / Simulation.SECOND);
        store.removeSuperseded();
    }

    private void raiseByClient() {
        Member member = someone();
        if (member.process().isRunning()) {
            member.raiseGeneration();
        }
    }

    private void loseQuorum() {
        store.stop();
        simulation.after(someTime(), store::start);
    }

    // ---- watching

    private void sample() {
        for (int i = 0; i < members.size(); i++) {
            members.get(i).sample();
        }
        checker.sample();
    }

    // ---- when everything has healed

    private void calmDown() {
        simulation.log("FAULT", () -> "everything heals");
        calm = true;
        lastStraggler = simulation.now() + 25 * Simulation.SECOND;
        storage.slow(0);
        store.start();
        for (Member member : everybody) {
            member.connection().weather(Weather.CALM);
            member.connection().heal();
            member.process().stuckCallbacks(0);
            member.fit(true);
        }
    }

    private long settle(long since) {
        // Those who wait behind orphans wait for the holder of each, one after the other.
        long limit =
                since + (SETTLE_LIMIT_TTLS + 2L * orphans()) * config.leaseTtl().toNanos();
        while (simulation.violation() == null && !disorder().isEmpty()) {
            if (simulation.now() >= limit) {
                checkSettled();
                simulation.violated(
                        "L3",
                        "no order " + SETTLE_LIMIT_TTLS + " times to live after the last fault: " + disorder() + "; "
                                + members.stream().map(Member::describe).toList());
            }
            for (Member member : members) {
                if (member.process().isRunning()) {
                    elections.forEach(member::campaign);
                }
            }
            simulation.runUntil(simulation.now() + Simulation.SECOND, this::sample);
        }
        return simulation.now();
    }

    /** What is not in order yet; empty if every election has one valid leader and everybody else waits. */
    private String disorder() {
        if (simulation.now() < lastStraggler || expected > 0) {
            return "messages kept back are still to come";
        }
        for (String election : elections) {
            Checker.Term leader = checker.leader(election);
            if (leader == null) {
                return election + " has no leader, or more than one";
            }
            List<StoredEntry> queue = store.entries().entries(election);
            // An orphan at the end of a queue stays until somebody comes behind it.
            List<StoredEntry> standing =
                    queue.stream().filter(entry -> !entry.orphaned()).toList();
            if (!queue.subList(0, standing.size()).equals(standing)) {
                return election + " has orphans with somebody behind them: " + queue;
            }
            if (standing.size() != members.size()) {
                return election + " has " + standing.size() + " entries of " + members.size() + " members: " + queue;
            }
            for (Member member : members) {
                Candidacy candidacy = member.candidacies().get(election);
                CandidacyState wanted =
                        leader.process == member.process() ? CandidacyState.LEADING : CandidacyState.WAITING;
                if (candidacy == null || candidacy.state() != wanted) {
                    return member.process().name() + " in " + election + ": " + candidacy;
                }
                var observation = member.observations().get(election);
                boolean seen = observation != null
                        && observation.current() instanceof ElectionEvent.Elected elected
                        && elected.leader().token().equals(leader.leadership.token());
                if (!seen) {
                    return member.process().name() + " does not observe the leader of " + election;
                }
            }
        }
        return "";
    }

    private void checkSettled() {
        for (String election : elections) {
            Map<SessionId, Set<Long>> bySession = new HashMap<>();
            store.entries().entries(election).stream()
                    .filter(entry -> !entry.orphaned())
                    .forEach(entry -> bySession
                            .computeIfAbsent(entry.entry().session(), session -> new HashSet<>())
                            .add(entry.entry().epoch()));
            bySession.forEach((session, epochs) -> {
                if (epochs.size() > 1) {
                    simulation.violated("S4", session + " has several entries in " + election + ": " + epochs);
                }
            });
        }
    }

    /** Without faults nobody loses the office, and nothing is written to the coordinator. */
    private void staySettled() {
        Map<String, Checker.Term> before = new HashMap<>();
        elections.forEach(election -> before.put(election, checker.leader(election)));
        long changes = store.entryChanges();
        long until = simulation.now() + 3 * config.leaseTtl().toNanos();
        while (simulation.violation() == null && simulation.now() < until) {
            simulation.runUntil(simulation.now() + Simulation.SECOND, this::sample);
            for (String election : elections) {
                if (simulation.violation() == null && checker.leader(election) != before.get(election)) {
                    simulation.violated("L4", before.get(election) + " lost the office without any fault");
                }
            }
        }
        if (simulation.violation() == null && store.entryChanges() != changes) {
            simulation.violated("C1", "entries came or went although nothing happened");
        }
    }
}
