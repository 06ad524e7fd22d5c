package dev.incumbent.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.ElectionConfig;
import dev.incumbent.testkit.simulation.Checker.Term;
import dev.incumbent.testkit.store.StoreStyle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** A few members in fair weather, for tests that tell a story. */
final class Scene {

    static final Duration TTL = Duration.ofSeconds(10);

    final Simulation simulation = new Simulation(42, 400);
    final SimulatedStore store;
    final Checker checker;
    final List<Member> members = new ArrayList<>();
    private final Storage storage;
    private final Wiring wiring;

    Scene(StoreStyle style) {
        this(style, Wiring.SOUND);
    }

    Scene(StoreStyle style, Wiring wiring) {
        this.wiring = wiring;
        store = new SimulatedStore(simulation, style, TTL);
        checker = new Checker(simulation, store, wiring);
        storage = new Storage(simulation, checker, wiring);
    }

    Member join(String... elections) {
        SimulatedTicker ticker = new SimulatedTicker(simulation, 1.0, true, 0);
        SimulatedProcess process = new SimulatedProcess(simulation, "p" + (members.size() + 1), ticker);
        Member member = new Member(
                simulation, store, checker, storage, wiring, ElectionConfig.forTtl(TTL), process, Weather.CALM);
        members.add(member);
        for (String election : elections) {
            member.campaign(election);
            member.observe(election);
            runFor(Duration.ofMillis(500));
        }
        return member;
    }

    private void sample() {
        members.forEach(Member::sample);
        checker.sample();
    }

    void runFor(Duration time) {
        simulation.runUntil(simulation.now() + time.toNanos(), this::sample);
        assertSound();
    }

    /** Runs until it holds; returns how long that took. */
    Duration runUntil(Duration limit, BooleanSupplier condition) {
        long start = simulation.now();
        while (!condition.getAsBoolean()) {
            assertThat(simulation.now() - start)
                    .as("nanoseconds\n" + String.join("\n", simulation.trace().lines()))
                    .isLessThan(limit.toNanos());
            runFor(Duration.ofMillis(1));
        }
        return Duration.ofNanos(simulation.now() - start);
    }

    boolean leads(Member member, String election) {
        Term leader = checker.leader(election);
        return leader != null && leader.process == member.process();
    }

    private void assertSound() {
        assertThat(simulation.violation())
                .as(String.join("\n", simulation.trace().lines()))
                .isNull();
    }
}
