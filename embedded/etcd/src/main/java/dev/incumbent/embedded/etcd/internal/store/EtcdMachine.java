package dev.incumbent.embedded.etcd.internal.store;

import dev.incumbent.embedded.etcd.wire.AlarmMember;
import dev.incumbent.embedded.etcd.wire.RangeRequest;
import dev.incumbent.embedded.etcd.wire.TxnRequest;
import dev.incumbent.embedded.etcd.wire.command.Command;
import dev.incumbent.embedded.raft.StateMachine;
import java.util.List;
import java.util.Optional;

/** The state of an etcd member. All methods are called on the raft node's thread. */
@SuppressWarnings("DoNotCallSuggester") // until it is there
public final class EtcdMachine implements StateMachine<Command, Reply> {

    private static UnsupportedOperationException todo() {
        return new UnsupportedOperationException("not there yet");
    }

    @Override
    public Reply apply(long index, long term, Command command) {
        throw todo();
    }

    @Override
    public List<byte[]> snapshot() {
        throw todo();
    }

    @Override
    public void restore(long index, List<byte[]> snapshot) {
        throw todo();
    }

    /**
     * Reads keys.
     *
     * @param request what to read; passed {@link RequestChecks} before
     * @param caller who asks
     * @return a RangeResponse, or why not
     */
    public Reply range(RangeRequest request, Caller caller) {
        throw todo();
    }

    /**
     * Carries out a Txn that only reads, see {@link RequestChecks#readsOnly}.
     *
     * @param request what to read; passed {@link RequestChecks} before
     * @param caller who asks
     * @return a TxnResponse, or why not
     */
    public Reply readTxn(TxnRequest request, Caller caller) {
        throw todo();
    }

    /** The newest revision; 1 in an empty store. */
    public long revision() {
        throw todo();
    }

    /** The newest compacted revision, which cannot be read any more; 0 before the first compaction. */
    public long compactedRevision() {
        throw todo();
    }

    /**
     * What watchers that start in the past have to be told.
     *
     * @param fromRevision where to begin; must be above {@link #compactedRevision}
     * @param maxBytes about how much; at least one revision is given, if there is one
     * @return whole revisions in order; empty if there are none from there on
     * @throws IllegalArgumentException if it has been compacted
     */
    public List<Revision> changes(long fromRevision, int maxBytes) {
        throw todo();
    }

    /** A lease, if it exists. */
    public Optional<LeaseInfo> lease(long id) {
        throw todo();
    }

    /** All leases, in the order of their ids. */
    public List<LeaseInfo> leases() {
        throw todo();
    }

    /**
     * A checksum of all keys with their versions that are kept up to a revision: equal on every member that has applied it.
     * The function is ours: it cannot be compared with a real etcd's.
     *
     * @param revision up to where; 0 means the newest
     * @return a HashKVResponse, or why not
     */
    public Reply hashKv(long revision) {
        throw todo();
    }

    /** A checksum of the whole state; ours, too. */
    public int hash() {
        throw todo();
    }

    /** Users, roles and what they may do. */
    public AuthStore auth() {
        throw todo();
    }

    /** The alarms that are raised. */
    public List<AlarmMember> alarms() {
        throw todo();
    }
}
