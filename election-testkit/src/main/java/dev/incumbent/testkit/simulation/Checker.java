package dev.incumbent.testkit.simulation;

import dev.incumbent.election.Leadership;
import dev.incumbent.election.RevocationCause;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.SessionId;
import dev.incumbent.fencing.FencingToken;
import dev.incumbent.testkit.store.Hand;
import dev.incumbent.testkit.store.StoredEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Watches every leadership of every process at every step and knows, as only a simulation can, what the coordinator holds at
 * the same instant.
 *
 * <p>An operator's deletion and a raised generation waive S1 and S2: for that entry's holder alone, until it has dealt with
 * the news, and at most for four times to live.
 */
final class Checker {

    private final Simulation simulation;
    private final SimulatedStore store;
    private final Wiring wiring;
    private final Map<Leadership, Term> terms = new HashMap<>();
    private final List<Term> inOffice = new ArrayList<>();
    private final List<Term> all = new ArrayList<>();
    private final Map<String, Term> newest = new HashMap<>();
    private final Set<FencingToken> tokens = new HashSet<>();
    private final Set<Long> known = new HashSet<>();

    /** One leadership and what happened in it. */
    static final class Term {
        final Leadership leadership;
        final SimulatedProcess process;
        final SessionId session;
        final boolean releaseUndrained;
        boolean elected;
        boolean revoked;
        boolean valid;
        boolean wasInvalid;
        boolean stopped;
        boolean sealed;

        Term(Leadership leadership, SimulatedProcess process, SessionId session, boolean releaseUndrained) {
            this.leadership = leadership;
            this.process = process;
            this.session = session;
            this.releaseUndrained = releaseUndrained;
        }

        long epoch() {
            return leadership.token().epoch();
        }

        @Override
        public String toString() {
            return leadership.election() + "#" + leadership.token().generation() + "/" + epoch() + " of "
                    + process.name();
        }
    }

    Checker(Simulation simulation, SimulatedStore store, Wiring wiring) {
        this.simulation = simulation;
        this.store = store;
        this.wiring = wiring;
    }

    int terms() {
        return all.size();
    }

    List<Term> all() {
        return all;
    }

    boolean believes(Term term) {
        return term.process.isAlive() && wiring.believes(term.leadership, term.elected, term.revoked);
    }

    /** A leadership was seen, by whatever means, for the first time or again. */
    Term seen(Leadership leadership, SimulatedProcess process, boolean releaseUndrained) {
        Term before = terms.get(leadership);
        if (before != null) {
            return before;
        }
        SessionId session = store.entries().entries(leadership.election()).stream()
                .filter(entry -> entry.entry().epoch() == leadership.token().epoch())
                .map(entry -> entry.entry().session())
                .findFirst()
                .orElse(new SessionId("gone"));
        Term term = new Term(leadership, process, session, releaseUndrained);
        terms.put(leadership, term);
        inOffice.add(term);
        all.add(term);
        simulation.log("CHECK", () -> "new term " + term);
        checkOrder(term);
        return term;
    }

    private void checkOrder(Term term) {
        FencingToken token = term.leadership.token();
        if (!tokens.add(token)) {
            simulation.violated("S1", "the token of " + term + " was led with before");
        }
        Term last = newest.get(term.leadership.election());
        if (last == null || token.isNewerThan(last.leadership.token())) {
            newest.put(term.leadership.election(), term);
        } else if (!isWaived(term)) {
            simulation.violated("S1", "term " + term + " began after " + last);
        }
    }

    /** Whether an operator's hand excuses what this term does now. */
    private boolean isWaived(Term term) {
        SimulatedStore.Removal removal = store.removal(term.epoch());
        return removal != null
                && removal.by().isForeign()
                && !known.contains(term.epoch())
                && simulation.now() - removal.at() < 4 * store.ttl().toNanos();
    }

    /** The process has dealt with the news that its entry is gone. */
    void knows(Entry entry) {
        known.add(entry.epoch());
    }

    /** At every step. */
    void sample() {
        for (int i = 0; i < inOffice.size(); i++) {
            Term term = inOffice.get(i);
            boolean ended = term.leadership.revocation().isPresent();
            term.valid = believes(term);
            checkRecomputed(term);
            if (term.valid) {
                checkValid(term, ended);
            } else if (ended && term.revoked) {
                inOffice.remove(i--);
            }
        }
        checkOverlaps();
    }

    /** A deadline that passed stays passed; only a leap of a clock may be doubted and resolved. */
    private void checkRecomputed(Term term) {
        boolean now = term.process.isAlive() && term.leadership.isValid();
        if (now && term.wasInvalid && !term.process.ticker().hasLeapt()) {
            simulation.violated("S6", term + " is valid again although no clock leapt");
        }
        term.wasInvalid |= !now;
    }

    private void checkValid(Term term, boolean ended) {
        if (!isWaived(term)) {
            if (ended && term.leadership.isValid()) {
                simulation.violated("S6", term + " is valid after its end");
            }
            checkEntry(term);
        }
    }

    private void checkOverlaps() {
        for (int i = 0; i < inOffice.size(); i++) {
            Term one = inOffice.get(i);
            for (int j = i + 1; one.valid && j < inOffice.size(); j++) {
                Term other = inOffice.get(j);
                if (other.valid
                        && other.leadership.election().equals(one.leadership.election())
                        && !isWaived(one)
                        && !isWaived(other)) {
                    simulation.violated("S2", one + " and " + other + " are both valid");
                }
            }
        }
    }

    private void checkEntry(Term term) {
        SimulatedStore.Removal removal = store.removal(term.epoch());
        if (removal == null) {
            List<StoredEntry> queue = store.entries().entries(term.leadership.election());
            if (queue.isEmpty() || queue.get(0).entry().epoch() != term.epoch()) {
                simulation.violated("S4", term + " leads, but its entry is not the first of " + queue);
            }
            return;
        }
        String invariant = removal.by() == Hand.OWNER ? "S5" : "S2";
        simulation.violated(
                invariant,
                term + " is valid, but its entry was removed by " + removal.by() + " "
                        + (simulation.now() - removal.at()) / Simulation.MILLI + " ms ago");
    }

    // ---- what listeners see

    void elected(Term term) {
        if (term.elected || term.revoked) {
            simulation.violated("S6", term + " was told elected twice, or after its end");
        }
        term.elected = true;
    }

    void doubted(Term term) {
        if (!term.elected || term.revoked) {
            simulation.violated("S6", term + " was told of a doubt outside its term");
        }
    }

    void revoked(Term term, RevocationCause cause) {
        if (term.revoked || !term.elected) {
            simulation.violated("S6", term + " was told revoked twice, or before elected");
        }
        if (term.leadership.isValid()) {
            simulation.violated("S5", term + " was told revoked while valid");
        }
        if (!term.leadership.revocation().equals(java.util.Optional.of(cause))) {
            simulation.violated("S6", term + " was told another cause: " + cause);
        }
        term.revoked = true;
    }

    // ---- what goes to the coordinator

    void withdrawing(SimulatedProcess process, Entry entry) {
        for (Term term : inOffice) {
            if (term.process == process
                    && term.epoch() == entry.epoch()
                    && term.leadership.election().equals(entry.election())) {
                checkReleased(term, "its entry is withdrawn");
            }
        }
    }

    void closingSession(SimulatedProcess process, SessionId session) {
        for (Term term : inOffice) {
            if (term.process == process && term.session.equals(session)) {
                checkReleased(term, "its session is closed");
            }
        }
    }

    private void checkReleased(Term term, String what) {
        if (term.leadership.isValid()) {
            simulation.violated("S5", what + " while " + term + " is valid");
        }
        if (!term.revoked && !term.releaseUndrained) {
            simulation.violated("S5", what + " before the work of " + term + " was drained");
        }
    }

    // ---- the end of a run

    /** Everybody who was elected was told so, and of the end, once. */
    void checkTold() {
        for (Term term : all) {
            boolean ended = term.leadership.revocation().isPresent();
            if (term.process.isAlive() && ended && (!term.elected || !term.revoked)) {
                simulation.violated("S6", term + " ended and its listeners were not told everything");
            }
        }
    }

    /** The one valid term of an election, or null if there is none, or more than one. */
    @Nullable
    Term leader(String election) {
        Term found = null;
        for (Term term : inOffice) {
            if (term.leadership.election().equals(election) && term.leadership.isValid() && term.process.isAlive()) {
                if (found != null) {
                    return null;
                }
                found = term;
            }
        }
        return found;
    }
}
