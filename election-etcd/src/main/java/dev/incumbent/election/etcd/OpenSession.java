package dev.incumbent.election.etcd;

import dev.incumbent.election.Generation;
import dev.incumbent.election.spi.Renewal;
import dev.incumbent.election.spi.SessionId;
import dev.incumbent.election.spi.SessionSignals;

/** A lease that the core uses, with what was entered under it. Touched on the loop only, except where it says so. */
final class OpenSession {

    private final long lease;
    private final SessionId id;
    private final MadeEntries made = new MadeEntries();
    private SessionSignals signals;
    private Renewal renewal;
    private Generation told;
    private boolean reachable = true;
    private boolean over;

    OpenSession(long lease, SessionSignals signals, Renewal renewal, Generation generation) {
        this.lease = lease;
        this.id = new SessionId(Long.toHexString(lease));
        this.signals = signals;
        this.renewal = renewal;
        this.told = generation;
    }

    long lease() {
        return lease;
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

    /** What was entered under it. */
    MadeEntries made() {
        return made;
    }

    /** Tells of a generation unless it is the one that was told last. */
    void tell(Generation generation) {
        if (!over && !generation.equals(told)) {
            told = generation;
            signals.generation(generation);
        }
    }

    /** Tells when the cluster can be reached again, or cannot any more. */
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
