package dev.incumbent.election.consul;

import dev.incumbent.election.CandidateId;
import dev.incumbent.election.Generation;
import dev.incumbent.election.spi.Renewal;
import dev.incumbent.election.spi.SessionId;
import dev.incumbent.election.spi.SessionSignals;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A session that the core uses, with what was entered under it. Touched on the loop only. */
final class OpenSession {

    /**
     * What was asked for under one key.
     *
     * @param election where
     * @param candidate who
     * @param generation under which generation
     */
    record Made(String election, CandidateId candidate, Generation generation) {}

    private final SessionId id;

    /** How many keys are remembered of which the entry was removed. */
    static final int MOST_REMOVED = 256;

    /** All keys under which an entry may stand: those that were asked for, but for those that have been removed. */
    private final Map<String, Made> made = new LinkedHashMap<>();

    /** Those that were removed last. */
    private final Map<String, Made> removed = new LinkedHashMap<>();

    private SessionSignals signals;
    private Renewal renewal;
    private Generation told;
    private boolean reachable = true;
    private boolean over;

    OpenSession(String id, SessionSignals signals, Renewal renewal, Generation generation) {
        this.id = new SessionId(id);
        this.signals = signals;
        this.renewal = renewal;
        this.told = generation;
    }

    SessionId id() {
        return id;
    }

    SessionSignals signals() {
        return signals;
    }

    /** Replaces who is told. */
    void signals(SessionSignals audience) {
        signals = audience;
    }

    Renewal renewal() {
        return renewal;
    }

    void renewed(Renewal proved) {
        renewal = proved;
    }

    void made(String key, Made entry) {
        made.put(key, entry);
    }

    @Nullable
    Made made(String key) {
        return made.get(key);
    }

    /** All keys to look for entries under. */
    Map<String, Made> made() {
        Map<String, Made> all = new LinkedHashMap<>(removed);
        all.putAll(made);
        return Collections.unmodifiableMap(all);
    }

    /**
     * An entry was removed. Its key is never used again, but a proxy may repeat the request that made it, which it takes for one
     * that may be repeated; so it is looked for a while longer, until {@value #MOST_REMOVED} others have been removed.
     */
    void removed(String key) {
        Made entry = made.remove(key);
        if (entry != null) {
            removed.put(key, entry);
        }
        if (removed.size() > MOST_REMOVED) {
            removed.remove(removed.keySet().iterator().next());
        }
    }

    /** What was asked for under a key certainly did not come about. */
    void neverMade(String key) {
        made.remove(key);
    }

    /** Tells of a generation unless it is the one that was told last. */
    void tell(Generation generation) {
        if (!over && !generation.equals(told)) {
            told = generation;
            signals.generation(generation);
        }
    }

    /** Tells when Consul can be reached again, or cannot any more. */
    void reachable(boolean now, String reason) {
        if (over || reachable == now) {
            return;
        }
        reachable = now;
        if (now) {
            signals.reachable(id);
        } else {
            signals.unreachable(id, reason);
        }
    }

    boolean isOver() {
        return over;
    }

    void end() {
        over = true;
    }
}
