package dev.incumbent.testkit.simulation;

import dev.incumbent.election.ElectionConfig;
import dev.incumbent.election.Leadership;
import dev.incumbent.election.Ticker;
import dev.incumbent.election.internal.machine.CandidacyLogic;
import dev.incumbent.election.internal.machine.CandidacyMachine;
import dev.incumbent.election.spi.Coordinator;
import dev.incumbent.fencing.FencingGuard;
import dev.incumbent.testkit.store.StoreStyle;
import java.util.List;
import java.util.Optional;

/** How a candidate is put together; mutants replace one part by a broken one. */
interface Wiring {

    /** The parts as they are. */
    Wiring SOUND = new Wiring() {};

    /** The only kind of coordinator that this candidate runs on; empty for all. */
    default Optional<StoreStyle> style() {
        return Optional.empty();
    }

    default ElectionConfig config(ElectionConfig sound) {
        return sound;
    }

    /** Whether candidacies come and go; each knows of its own ended terms only. */
    default boolean leaves() {
        return true;
    }

    default Coordinator coordinator(Coordinator real, Ticker ticker) {
        return real;
    }

    default Ticker ticker(SimulatedTicker real) {
        return real;
    }

    default CandidacyLogic logic() {
        return CandidacyMachine::step;
    }

    default FencingGuard<List<Long>> guard(FencingGuard<List<Long>> real) {
        return real;
    }

    /** What the application goes by. */
    default boolean believes(Leadership leadership, boolean toldElected, boolean toldRevoked) {
        return leadership.isValid();
    }
}
