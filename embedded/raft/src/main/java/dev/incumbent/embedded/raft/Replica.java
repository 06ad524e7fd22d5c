package dev.incumbent.embedded.raft;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A node's state machine as MicroRaft sees it. On the node's thread. */
final class Replica<M extends StateMachine<C, R>, C, R> implements io.microraft.statemachine.StateMachine {

    /** MicroRaft's snapshots have a part at least; ours may have none. */
    private static final byte[] FIRST_PART = {};

    /** Told what happened to the state. */
    interface Host<M, R> {
        int self();

        /** @param request this node's number for the command, 0 if another proposed it */
        void applied(M machine, long index, long request, @Nullable R reply);

        /** A leader's first entry was applied. */
        void opened(int term);

        void restored(M machine, long index);

        /** The state is not to be trusted any more. */
        void broken(long index, Throwable cause);
    }

    private final M machine;
    private final CommandCodec<C> codec;
    private final Host<M, R> host;
    private long applied;
    private long snapshotIndex;
    private int openedTerm;
    private boolean broken;

    Replica(M machine, CommandCodec<C> codec, Host<M, R> host) {
        this.machine = machine;
        this.codec = codec;
        this.host = host;
    }

    M machine() {
        return machine;
    }

    long applied() {
        return applied;
    }

    /** The last term whose first entry was applied, 0 for none. */
    int openedTerm() {
        return openedTerm;
    }

    /** Whether a snapshot would hold more than the last one. */
    boolean hasNews() {
        return applied > snapshotIndex;
    }

    @Override
    public @Nullable Object runOperation(long commitIndex, Object operation) {
        if (operation == ReadRounds.NOTHING) {
            return null;
        }
        if (broken) {
            throw new IllegalStateException("a command before this one failed");
        }
        Entry entry = (Entry) operation;
        Proposal proposal = entry.proposal();
        if (proposal.opensTerm()) {
            applied = entry.index();
            openedTerm = entry.term();
            host.opened(entry.term());
            return null;
        }
        R reply;
        try {
            reply = machine.apply(entry.index(), entry.term(), codec.decode(proposal.command()));
        } catch (RuntimeException | Error e) {
            throw broken(entry.index(), e);
        }
        applied = entry.index();
        host.applied(machine, entry.index(), proposal.origin() == host.self() ? proposal.request() : 0, reply);
        return null;
    }

    @Override
    public void takeSnapshot(long commitIndex, Consumer<Object> parts) {
        try {
            parts.accept(FIRST_PART);
            machine.snapshot().forEach(parts);
            snapshotIndex = commitIndex;
        } catch (RuntimeException | Error e) {
            throw broken(commitIndex, e);
        }
    }

    @Override
    public void installSnapshot(long commitIndex, List<Object> parts) {
        List<byte[]> own = new ArrayList<>();
        for (Object part : parts.subList(1, parts.size())) {
            own.add((byte[]) part);
        }
        try {
            machine.restore(commitIndex, own);
        } catch (RuntimeException | Error e) {
            throw broken(commitIndex, e);
        }
        applied = commitIndex;
        snapshotIndex = commitIndex;
        host.restored(machine, commitIndex);
    }

    private IllegalStateException broken(long index, Throwable cause) {
        broken = true;
        host.broken(index, cause);
        return new IllegalStateException("the state machine failed at " + index, cause);
    }

    @Override
    public Object getNewTermOperation() {
        return Proposal.newTerm();
    }
}
