package dev.incumbent.embedded.consul.internal.server;

import dev.incumbent.embedded.consul.internal.store.Command;
import dev.incumbent.embedded.consul.internal.store.ConsulMachine;
import dev.incumbent.embedded.consul.internal.store.Session;
import dev.incumbent.embedded.raft.RaftNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The clocks of sessions: each runs for twice the session's time to live. They run on the leader only; everything here happens on
 * its node's thread. A new leader begins them all anew, as Consul's does.
 *
 * <p>Why a session that was renewed does not end before its time:
 * <ul>
 *   <li>A renewal is counted only inside a read that a majority confirmed after the request came in. So whoever leads later
 *       was elected after the request, and gives each session its whole time from then on.
 *   <li>On one leader a session that is over is never renewed: renewal and expiry look at the same deadline on one thread.
 *       Once over it stays over, until the log says that it is gone. (A real Consul may confirm a renewal that comes while the
 *       end is under way.)
 *   <li>An expiry is worth something only in the term it was decided in. What a deposed leader had still under way is passed over.
 * </ul>
 */
final class SessionClocks {

    private static final long MULTIPLIER = 2;

    private final Map<String, Long> endsNanos = new HashMap<>();

    /** The last term in which this member led, as long as it lasts: the clocks are of that term. 0 if there is none. */
    private long term;

    /** A leader that is in doubt for a while does not lead meanwhile, but its clocks go on. */
    private boolean leads;

    /** Whether the sessions that were there when the term began have been given their time. */
    private boolean promoted;

    /** Cleared on any thread: a node that is paused may never come round to it, and nothing would expire any more. */
    private volatile boolean proposing;

    private long seenRestores;

    /** The node's part changed. */
    void changed(RaftNode.Status status) {
        if (status.term() != term) {
            stopped();
            term = status.leads() ? status.term() : 0;
        }
        leads = status.leads();
    }

    /** The node is down. */
    void stopped() {
        term = 0;
        leads = false;
        promoted = false;
        proposing = false;
        endsNanos.clear();
    }

    boolean leads() {
        return leads;
    }

    /** After each change of the state: sessions that are new get their clocks, those that ended lose them. */
    void applied(ConsulMachine machine, long now) {
        if (term == 0) {
            return;
        }
        if (machine.restores() != seenRestores) {
            promoted = false;
        }
        promote(machine, now);
        for (String id : machine.changes().sessions()) {
            Optional<Session> session = machine.session(id);
            if (session.isPresent()) {
                begin(session.get(), now);
            } else {
                endsNanos.remove(id);
            }
        }
    }

    /** What came of a renewal. */
    sealed interface Renewal {

        /** The session has its time anew. */
        record Renewed(Session session) implements Renewal {}

        /** There is no such session. */
        record Unknown() implements Renewal {}

        /** It is over, but not yet gone: what becomes of it is to be awaited. */
        record Ending() implements Renewal {}

        /** Another member leads. */
        record NotLeader() implements Renewal {}
    }

    /** Gives a session its time anew; only inside a confirmed read. */
    Renewal renew(ConsulMachine machine, String id, long now) {
        if (!leads()) {
            return new Renewal.NotLeader();
        }
        promote(machine, now);
        Optional<Session> session = machine.session(id);
        if (session.isEmpty()) {
            return new Renewal.Unknown();
        }
        Long ends = endsNanos.get(session.get().id());
        if (ends != null && ends - now <= 0) {
            return new Renewal.Ending();
        }
        begin(session.get(), now);
        return new Renewal.Renewed(session.get());
    }

    /** Ends a session's time now, whether or not it has a clock, and says whether it is for this member to do so. */
    boolean cutShort(ConsulMachine machine, String id, long now) {
        if (leads()) {
            promote(machine, now);
            machine.session(id).ifPresent(session -> endsNanos.put(session.id(), now));
        }
        return leads();
    }

    /**
     * Looks for sessions that are over.
     *
     * @return what to propose, and to report with {@link #proposed}; empty if there is nothing, or if an earlier one is still
     *     under way
     */
    Optional<Command> sweep(ConsulMachine machine, long now) {
        if (!leads() || proposing) {
            return Optional.empty();
        }
        promote(machine, now);
        List<String> over = new ArrayList<>();
        endsNanos.forEach((id, ends) -> {
            if (ends - now <= 0) {
                over.add(id);
            }
        });
        if (over.isEmpty()) {
            return Optional.empty();
        }
        proposing = true;
        return Optional.of(new Command.ExpireSessions(term, over));
    }

    /** Any thread: what {@link #sweep} gave was carried out or has failed; sessions that are still there are proposed again. */
    void proposed() {
        proposing = false;
    }

    /** When a term begins nobody knows how long ago a session was renewed. */
    private void promote(ConsulMachine machine, long now) {
        if (!promoted) {
            promoted = true;
            seenRestores = machine.restores();
            endsNanos.clear();
            machine.sessions().forEach(session -> begin(session, now));
        }
    }

    private void begin(Session session, long now) {
        if (session.ttlNanos() > 0) {
            endsNanos.put(session.id(), now + MULTIPLIER * session.ttlNanos());
        }
    }
}
