package dev.incumbent.testkit.simulation;

import dev.incumbent.election.Leadership;
import dev.incumbent.fencing.Admission;
import dev.incumbent.fencing.FenceScope;
import dev.incumbent.fencing.FencingGuard;
import dev.incumbent.fencing.FencingToken;
import dev.incumbent.fencing.InMemoryFencedStore;
import dev.incumbent.fencing.MarkRule;
import dev.incumbent.fencing.Refusal;
import dev.incumbent.testkit.simulation.Checker.Term;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What leaders write to: a fenced store, and a twin without a fence, to see what the fence was good for. */
final class Storage {

    private static final long EPOCH_SECONDS = 1_800_000_000L;

    private final Simulation simulation;
    private final Checker checker;
    private final FencingGuard<List<Long>> guard;
    private final Map<String, FencingToken> sealedBy = new HashMap<>();
    private final Map<String, FencingToken> twins = new HashMap<>();
    private double slow;
    private int written;
    private int lost;

    Storage(Simulation simulation, Checker checker, Wiring wiring) {
        this.simulation = simulation;
        this.checker = checker;
        this.guard = wiring.guard(new InMemoryFencedStore<>(
                new ArrayList<>(),
                MarkRule.on(() -> Instant.ofEpochSecond(EPOCH_SECONDS + simulation.now() / Simulation.SECOND))));
    }

    /** With this probability a write is on its way for many seconds. */
    void slow(double probability) {
        slow = probability;
    }

    int written() {
        return written;
    }

    /** How many writes of deposed leaders the twin took over those of their successors. */
    int lost() {
        return lost;
    }

    /** A leader's work: seal, then write now and then, until stopped. It asks before it writes, and the write takes time. */
    void work(Term term) {
        if (term.stopped || !term.process.isAlive()) {
            return;
        }
        if (checker.believes(term)) {
            simulation.after(delay(), () -> arrive(term));
        }
        term.process.post(simulation.between(100 * Simulation.MILLI, 3 * Simulation.SECOND), () -> work(term));
    }

    private long delay() {
        return simulation.chance(slow)
                ? simulation.between(Simulation.SECOND, 20 * Simulation.SECOND)
                : simulation.between(Simulation.MILLI, 10 * Simulation.MILLI);
    }

    private void arrive(Term term) {
        Leadership leadership = term.leadership;
        FenceScope scope = new FenceScope(leadership.election(), "ledger");
        if (!term.sealed) {
            Admission<?> admission = guard.seal(scope, leadership.token());
            if (admission instanceof Admission.Admitted) {
                term.sealed = true;
                noteSeal(term);
            } else {
                refused(term, ((Admission.Refused<?>) admission).refusal());
            }
            return;
        }
        writeUnfenced(term);
        FencingToken mark = sealedBy.get(leadership.election());
        Admission<Boolean> admission = guard.admit(scope, leadership.token(), rows -> rows.add(term.epoch()));
        if (admission instanceof Admission.Refused<Boolean> refused) {
            if (leadership.token().equals(mark)) {
                simulation.violated("S3", term + " holds the mark and was refused: " + refused.refusal());
            }
            refused(term, refused.refusal());
        } else {
            written++;
            if (!leadership.token().equals(mark)) {
                simulation.violated("S3", "a write of " + term + " was accepted under the mark " + mark);
            }
        }
    }

    private void noteSeal(Term term) {
        FencingToken token = term.leadership.token();
        FencingToken before = sealedBy.put(term.leadership.election(), token);
        if (before != null && before.isNewerThan(token)) {
            simulation.violated("S3", term + " sealed over the newer " + before);
        }
    }

    private void writeUnfenced(Term term) {
        FencingToken token = term.leadership.token();
        FencingToken last = twins.get(term.leadership.election());
        if (last != null && last.isNewerThan(token)) {
            lost++;
        } else {
            twins.put(term.leadership.election(), token);
        }
    }

    private void refused(Term term, Refusal refusal) {
        simulation.log("storage", () -> "refuses " + term + ": " + refusal.explain());
        if (refusal instanceof Refusal.Stale stale) {
            term.process.post(Simulation.MILLI, () -> term.leadership.fenced(stale.highest()));
        }
    }
}
