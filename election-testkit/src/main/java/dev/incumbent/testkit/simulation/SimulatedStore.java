package dev.incumbent.testkit.simulation;

import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.SessionId;
import dev.incumbent.testkit.store.EntryStore;
import dev.incumbent.testkit.store.Hand;
import dev.incumbent.testkit.store.StoreChange;
import dev.incumbent.testkit.store.StoreListener;
import dev.incumbent.testkit.store.StoreStyle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The coordinator that all processes share. Its clock is the true time. */
final class SimulatedStore {

    private final Simulation simulation;
    private final Duration ttl;
    private final EntryStore entries;
    private final List<StoreListener> connections = new ArrayList<>();
    private final Map<Long, Removal> removals = new HashMap<>();
    private final boolean punctual;
    private boolean available = true;
    private long entryChanges;

    /** How an entry went. */
    record Removal(Hand by, long at) {}

    SimulatedStore(Simulation simulation, StoreStyle style, Duration ttl) {
        this.simulation = simulation;
        this.ttl = ttl;
        // Most coordinators look at their sessions now and then; what is safe must be safe with one that is never late.
        this.punctual = simulation.chance(0.5);
        this.entries = new EntryStore(
                style,
                new UUID(simulation.random().nextLong(), simulation.random().nextLong()),
                this::onChange);
        expireNow();
    }

    EntryStore entries() {
        return entries;
    }

    Duration ttl() {
        return ttl;
    }

    boolean isAvailable() {
        return available;
    }

    /** How often an entry was made or removed. */
    long entryChanges() {
        return entryChanges;
    }

    void attach(StoreListener connection) {
        connections.add(connection);
    }

    void detach(StoreListener connection) {
        connections.remove(connection);
    }

    /** How an entry went; null while it stands. Epochs are never used twice. */
    @Nullable
    Removal removal(long epoch) {
        return removals.get(epoch);
    }

    private void onChange(StoreChange change) {
        if (change instanceof StoreChange.Removed removed) {
            Entry entry = removed.entry().entry();
            entryChanges++;
            removals.put(entry.epoch(), new Removal(removed.by(), simulation.now()));
            simulation.log("store", () -> "removed " + entry.election() + "#" + entry.epoch() + " by " + removed.by());
        } else if (change instanceof StoreChange.Added added) {
            entryChanges++;
            Entry entry = added.entry().entry();
            simulation.log("store", () -> "added " + entry.election() + "#" + entry.epoch() + " of " + entry.session());
        } else {
            simulation.log("store", () -> String.valueOf(change));
        }
        List.copyOf(connections).forEach(connection -> connection.onChange(change));
    }

    private void expireNow() {
        if (available) {
            entries.expireDue(simulation.now());
        }
        long next = entries.nextExpiry().orElse(Long.MAX_VALUE) - simulation.now();
        long pause = punctual
                ? Math.max(Simulation.MILLI, Math.min(next, 200 * Simulation.MILLI))
                : simulation.between(20 * Simulation.MILLI, 800 * Simulation.MILLI);
        simulation.after(pause, this::expireNow);
    }

    // ---- what befalls it

    void expire(SessionId session) {
        simulation.log("FAULT", () -> "an operator ends " + session);
        entries.expire(session, Hand.OPERATOR);
    }

    void delete(Entry entry) {
        simulation.log("FAULT", () -> "an operator deletes " + entry.election() + "#" + entry.epoch());
        entries.delete(entry);
    }

    void failOver() {
        simulation.log("FAULT", () -> "the coordinator's leader changes");
        entries.failOver(simulation.now());
    }

    void stop() {
        simulation.log("FAULT", () -> "the coordinator has no quorum");
        available = false;
    }

    void start() {
        if (!available) {
            available = true;
            failOver();
        }
    }

    /** Removes what an older generation left, one entry after the other, unless whoever does it dies over it. */
    void removeSuperseded() {
        if (!simulation.chance(0.05) && entries.removeOneSuperseded()) {
            simulation.after(simulation.between(0, 50 * Simulation.MILLI), this::removeSuperseded);
        }
    }
}
