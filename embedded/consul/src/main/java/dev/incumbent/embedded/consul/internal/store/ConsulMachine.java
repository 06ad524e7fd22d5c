package dev.incumbent.embedded.consul.internal.store;

import dev.incumbent.embedded.raft.StateMachine;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The state of a Consul server. Indexes are places in the log.
 *
 * <p>All methods are called on the raft node's thread. Entries, sessions and nodes are immutable and may leave it; collections
 * are views and may not.
 */
public final class ConsulMachine implements StateMachine<Command, Reply> {

    /** The longest that Consul delays a lock. */
    private static final long MAX_LOCK_DELAY_NANOS = 60_000_000_000L;

    private MachineState state = new MachineState();
    private Changes changes = Changes.NONE;
    private long restored;

    @Override
    public Reply apply(long index, long term, Command command) {
        Work work = new Work(index);
        Reply reply = work.carryOut(command, term);
        changes = work.changes();
        return reply;
    }

    /** One command, and what it changes. */
    private final class Work {

        private final long index;
        private final List<String> sessions = new ArrayList<>();
        private final List<Changes.Delay> delays = new ArrayList<>();
        private boolean catalog;

        Work(long index) {
            this.index = index;
        }

        Reply carryOut(Command command, long term) {
            if (command instanceof Command.Txn txn) {
                return txn(txn);
            }
            if (command instanceof Command.CreateSession create) {
                return create(create.session());
            }
            if (command instanceof Command.DestroySession destroy) {
                return destroy(destroy.id());
            }
            if (command instanceof Command.ExpireSessions expire) {
                return expire(expire, term);
            }
            if (command instanceof Command.ReapTombstones reap) {
                state.keys.reap(reap.upTo());
                return new Reply.Done();
            }
            return register(((Command.RegisterNode) command).node());
        }

        /**
         * A lock-delay begins where a session ends in the log, but is looked up by the leader before it writes there. So that none
         * slips through between the two, a lock that was looked up before the last such end is not taken.
         */
        private Reply txn(Command.Txn txn) {
            if (txn.delaysSeen() < state.delaysIndex
                    && txn.operations().stream().anyMatch(KvOp::locks)) {
                return new Reply.LookAgain();
            }
            Reply reply = new Transaction(state.keys, state.sessions::get, index).run(txn.operations());
            if (reply instanceof Reply.Errors) {
                state.keys.takeBack();
            }
            return reply;
        }

        private Reply create(Session session) {
            Node node = state.nodes.get(session.node());
            if (node == null) {
                return new Reply.Refused("Missing node registration");
            }
            for (String check : session.checks()) {
                if (!check.equals(Node.SERF_HEALTH)) {
                    return new Reply.Refused("Missing check '" + check + "' registration");
                }
                if (!node.passing()) {
                    return new Reply.Refused("Check '" + check + "' is in critical state");
                }
            }
            state.sessions.add(session.createdAt(index));
            sessions.add(session.id());
            return new Reply.Done();
        }

        private Reply destroy(String id) {
            Optional<String> malformed = Uuids.problem(id);
            if (malformed.isPresent()) {
                return new Reply.Refused(malformed.get());
            }
            invalidate(state.sessions.get(id));
            return new Reply.Done();
        }

        /** What was decided in another term is passed over: the leader of this one may have renewed the sessions since. */
        private Reply expire(Command.ExpireSessions expire, long term) {
            if (expire.term() == term) {
                expire.ids().forEach(id -> invalidate(state.sessions.get(id)));
            }
            return new Reply.Done();
        }

        private void invalidate(@Nullable Session session) {
            if (session == null) {
                return;
            }
            state.sessions.remove(session, index);
            sessions.add(session.id());
            long delay = Math.min(session.lockDelayNanos(), MAX_LOCK_DELAY_NANOS);
            for (Entry entry : state.keys.heldBy(session.id())) {
                if (session.deletes()) {
                    state.keys.delete(entry.key(), index);
                } else {
                    state.keys.put(entry.releasedAt(index));
                }
                if (delay > 0) {
                    delays.add(new Changes.Delay(entry.key(), delay));
                    state.delaysIndex = index;
                }
            }
        }

        private Reply register(Node node) {
            state.nodes.put(node, index);
            catalog = true;
            if (!node.passing()) {
                List.copyOf(state.sessions.all()).stream()
                        .filter(session -> session.node().equalsIgnoreCase(node.name())
                                && session.checks().contains(Node.SERF_HEALTH))
                        .forEach(this::invalidate);
            }
            return new Reply.Done();
        }

        Changes changes() {
            return new Changes(state.keys.keep(), sessions, catalog, delays);
        }
    }

    @Override
    public List<byte[]> snapshot() {
        return state.write();
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if it is not a whole snapshot in a format that is known; the state is as before
     */
    @Override
    public void restore(long index, List<byte[]> snapshot) {
        state = MachineState.read(snapshot);
        changes = Changes.NONE;
        restored++;
    }

    /** What the last command changed; of no account right after {@link #restores} grew. */
    public Changes changes() {
        return changes;
    }

    /** Grows whenever a snapshot took the place of the state. Not part of it; differs from server to server. */
    public long restores() {
        return restored;
    }

    /** One key; empty if it does not exist. */
    public Optional<Entry> entry(String key) {
        return Optional.ofNullable(state.keys.get(key));
    }

    /** All keys below a prefix, in order; all there are for an empty one. A view. */
    public Collection<Entry> tree(String prefix) {
        return state.keys.tree(prefix);
    }

    /** The longest beginning that a key has in common with one that exists; empty if there is none. */
    public String nearest(String key) {
        return state.keys.nearest(key);
    }

    /** The last place in the log where any key changed; 0 if none ever did. */
    public long keysIndex() {
        return state.keys.index();
    }

    /** The same as of now, which may leave the node's thread. */
    public List<Entry> copyOfTree(String prefix) {
        return state.keys.copyOfTree(prefix);
    }

    /**
     * The last place in the log where a key below a prefix changed or was deleted. What was deleted long ago is forgotten; where
     * nothing is left to go by, that of all keys.
     */
    public long treeIndex(String prefix) {
        return state.keys.index(prefix);
    }

    /**
     * Carries out operations that only read.
     *
     * @return {@link Reply.Results} or {@link Reply.Errors}
     */
    public Reply read(List<KvOp> operations) {
        if (operations.stream().anyMatch(KvOp::writes)) {
            throw new IllegalArgumentException("A Txn that writes has to go through the log");
        }
        return new Transaction(state.keys, state.sessions::get, 0).run(operations);
    }

    /** A session; empty if there is none of that id, or if it is none. */
    public Optional<Session> session(String id) {
        return Optional.ofNullable(state.sessions.get(id));
    }

    /** All sessions, in the order of their ids. A view. */
    public Collection<Session> sessions() {
        return state.sessions.all();
    }

    /** The last place in the log where a session began or ended; 0 if none ever did. */
    public long sessionsIndex() {
        return state.sessions.index();
    }

    /** A node of the catalog, by its name in any case. */
    public Optional<Node> node(String name) {
        return Optional.ofNullable(state.nodes.get(name));
    }

    /** All nodes of the catalog, in the order of their names. A view. */
    public Collection<Node> nodes() {
        return state.nodes.all();
    }

    /** The last place in the log where a node changed. */
    public long nodesIndex() {
        return state.nodes.index();
    }

    /** The last place in the log where a check changed. */
    public long checksIndex() {
        return state.nodes.checkIndex();
    }

    /** The last place in the log where a lock-delay began; 0 if none ever did. */
    public long delaysIndex() {
        return state.delaysIndex;
    }

    /** The youngest tombstone's place in the log; 0 if there is none. */
    public long youngestTombstone() {
        return state.keys.tombstones().values().stream()
                .mapToLong(Long::longValue)
                .max()
                .orElse(0);
    }
}
