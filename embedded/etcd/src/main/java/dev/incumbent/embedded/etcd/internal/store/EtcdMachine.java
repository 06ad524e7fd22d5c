package dev.incumbent.embedded.etcd.internal.store;

import com.google.protobuf.Message;
import dev.incumbent.embedded.etcd.wire.AlarmMember;
import dev.incumbent.embedded.etcd.wire.AlarmType;
import dev.incumbent.embedded.etcd.wire.CompactionResponse;
import dev.incumbent.embedded.etcd.wire.DeleteRangeRequest;
import dev.incumbent.embedded.etcd.wire.HashKVResponse;
import dev.incumbent.embedded.etcd.wire.LeaseGrantResponse;
import dev.incumbent.embedded.etcd.wire.LeaseRevokeResponse;
import dev.incumbent.embedded.etcd.wire.PutRequest;
import dev.incumbent.embedded.etcd.wire.RangeRequest;
import dev.incumbent.embedded.etcd.wire.TxnRequest;
import dev.incumbent.embedded.etcd.wire.command.Command;
import dev.incumbent.embedded.etcd.wire.command.ExpireLeases;
import dev.incumbent.embedded.etcd.wire.command.ExpiredLease;
import dev.incumbent.embedded.etcd.wire.command.GrantLease;
import dev.incumbent.embedded.raft.StateMachine;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The state of an etcd member.
 *
 * <p>All methods are called on the raft node's thread. What they return is immutable and may leave it, but for the
 * {@link AuthStore}.
 *
 * <p>A request must have passed {@link RequestChecks} before it comes here, as a command or as a read.
 *
 * <p>Who may do what is as in etcd 3.5.16. It asks nobody who he is for granting a lease, compacting and alarms; later releases do.
 */
public final class EtcdMachine implements StateMachine<Command, Reply> {

    private MachineState state = new MachineState();
    private long leaseChanges;

    @Override
    public Reply apply(long index, long term, Command command) {
        Caller caller = new Caller(command.getUser(), command.getAuthRevision());
        return switch (command.getBodyCase()) {
            case PUT -> put(command.getPut(), caller);
            case DELETE_RANGE -> deleteRange(command.getDeleteRange(), caller);
            case TXN -> txn(command.getTxn(), caller);
            case COMPACT -> compact(command.getCompact().getRevision());
            case GRANT_LEASE -> grantLease(command.getGrantLease(), index);
            case REVOKE_LEASE -> revokeLease(command.getRevokeLease().getId(), caller);
            case EXPIRE_LEASES -> expireLeases(command.getExpireLeases(), term);
            case ALARM -> unless(Optional.empty(), () -> state.alarms.apply(command.getAlarm()));
            case AUTH_ENABLE,
                    AUTH_DISABLE,
                    USER_ADD,
                    USER_DELETE,
                    USER_CHANGE_PASSWORD,
                    USER_GRANT_ROLE,
                    USER_REVOKE_ROLE,
                    ROLE_ADD,
                    ROLE_DELETE,
                    ROLE_GRANT_PERMISSION,
                    ROLE_REVOKE_PERMISSION -> state.authCommands.apply(command, caller);
            case BODY_NOT_SET ->
                throw new IllegalArgumentException("The log holds a command of a kind that is not known");
        };
    }

    private Reply put(PutRequest request, Caller caller) {
        return unless(
                state.permissions
                        .check(request, caller)
                        .or(() -> checkAlarms(true))
                        .or(() -> checkPut(request)),
                () -> state.operations.put(request).toBuilder().clearHeader().build());
    }

    /** In the order of etcd, which is another one inside a Txn. */
    private Optional<EtcdError> checkPut(PutRequest request) {
        if (request.getLease() != 0 && !state.leases.exists(request.getLease())) {
            return Optional.of(EtcdError.LEASE_NOT_FOUND);
        }
        boolean needsKey = request.getIgnoreValue() || request.getIgnoreLease();
        return needsKey && state.store.get(request.getKey()) == null
                ? Optional.of(EtcdError.KEY_NOT_FOUND)
                : Optional.empty();
    }

    private Reply deleteRange(DeleteRangeRequest request, Caller caller) {
        return unless(
                state.permissions.check(request, caller).or(() -> checkAlarms(false)),
                () -> state.operations.deleteRange(request).toBuilder()
                        .clearHeader()
                        .build());
    }

    private Reply txn(TxnRequest request, Caller caller) {
        Optional<EtcdError> error =
                state.permissions.check(request, caller).or(() -> checkAlarms(Transaction.puts(request)));
        return error.isPresent() ? refused(error.get()) : run(request);
    }

    private Reply run(TxnRequest request) {
        Transaction transaction = new Transaction(state.store, state.leases, state.operations, request);
        return unless(transaction.check(), transaction::run);
    }

    private Reply compact(long toRevision) {
        Optional<EtcdError> error = checkAlarms(false);
        if (error.isEmpty() && toRevision <= state.store.compacted()) {
            error = Optional.of(EtcdError.COMPACTED);
        } else if (error.isEmpty() && toRevision > state.store.revision()) {
            error = Optional.of(EtcdError.FUTURE_REVISION);
        }
        return unless(error, () -> {
            state.store.compact(toRevision);
            return CompactionResponse.getDefaultInstance();
        });
    }

    private Reply grantLease(GrantLease grant, long index) {
        Optional<EtcdError> error =
                checkAlarms(true).or(() -> state.leases.grant(grant.getId(), grant.getTtlSeconds(), index));
        return unless(error, () -> {
            leaseChanges++;
            return LeaseGrantResponse.newBuilder()
                    .setID(grant.getId())
                    .setTTL(grant.getTtlSeconds())
                    .build();
        });
    }

    private Reply revokeLease(long id, Caller caller) {
        Optional<EtcdError> error =
                state.permissions.checkLeaseWrite(id, caller).or(() -> checkAlarms(false));
        if (error.isEmpty() && !state.leases.exists(id)) {
            error = Optional.of(EtcdError.LEASE_NOT_FOUND);
        }
        return unless(error, () -> {
            revoke(id);
            return LeaseRevokeResponse.getDefaultInstance();
        });
    }

    private void revoke(long id) {
        leaseChanges++;
        state.operations.revoke(id);
        state.store.commit();
    }

    /**
     * One revision for each lease that has keys, as if they were revoked one after the other. What was decided in another term
     * is passed over: the leader of this one may have renewed the leases since.
     */
    private Reply expireLeases(ExpireLeases expired, long term) {
        for (ExpiredLease each : expired.getLeasesList()) {
            if (expired.getTerm() == term && state.leases.isGranted(each.getId(), each.getGrantedIndex())) {
                revoke(each.getId());
            }
        }
        return ok(LeaseRevokeResponse.getDefaultInstance());
    }

    private Optional<EtcdError> checkAlarms(boolean needsSpace) {
        if (state.alarms.isRaised(AlarmType.CORRUPT)) {
            return Optional.of(EtcdError.CORRUPT);
        }
        return needsSpace && state.alarms.isRaised(AlarmType.NOSPACE)
                ? Optional.of(EtcdError.NO_SPACE)
                : Optional.empty();
    }

    private Reply unless(Optional<EtcdError> error, Supplier<? extends Message> change) {
        if (error.isPresent()) {
            return refused(error.get());
        }
        Message body = change.get();
        state.store.commit();
        return ok(body);
    }

    private Reply ok(Message body) {
        return new Reply.Ok(body, state.store.revision());
    }

    private Reply refused(EtcdError error) {
        return new Reply.Refused(error, state.store.revision());
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
        leaseChanges++;
    }

    /**
     * Reads keys.
     *
     * @param request what to read
     * @param caller who asks
     * @return a RangeResponse, or why not
     */
    public Reply range(RangeRequest request, Caller caller) {
        return unless(
                state.permissions.check(request, caller).or(() -> state.reader.checkRevision(request.getRevision())),
                () -> state.reader.read(request).build());
    }

    /**
     * Carries out a Txn that {@link RequestChecks#readsOnly}.
     *
     * @param request what to read
     * @param caller who asks
     * @return a TxnResponse, or why not
     */
    public Reply readTxn(TxnRequest request, Caller caller) {
        if (!RequestChecks.readsOnly(request)) {
            throw new IllegalArgumentException("A Txn that writes has to go through the log");
        }
        return state.permissions.check(request, caller).map(this::refused).orElseGet(() -> run(request));
    }

    /**
     * The newest revision.
     *
     * @return 1 in an empty store
     */
    public long revision() {
        return state.store.revision();
    }

    /**
     * The revision of the last compaction: the oldest one that can be read, or watched from.
     *
     * @return -1 before the first compaction, which is also what etcd says then
     */
    public long compactedRevision() {
        return state.store.compacted();
    }

    /**
     * What watchers that start in the past have to be told. At the compacted revision itself that is only what is still kept.
     *
     * @param fromRevision where to begin; not below {@link #compactedRevision}
     * @param maxBytes about how much; at least one revision is given, if there is one
     * @return whole revisions in order; empty if there are none from there on
     * @throws IllegalArgumentException if it has been compacted
     */
    public List<Revision> changes(long fromRevision, int maxBytes) {
        return state.history.changes(fromRevision, maxBytes);
    }

    /**
     * A lease.
     *
     * @param id its id
     * @return empty if it does not exist
     */
    public Optional<LeaseInfo> lease(long id) {
        return state.leases.info(id);
    }

    /**
     * All leases, with their keys. See {@link #leaseChanges}.
     *
     * @return in the order of their ids
     */
    public List<LeaseInfo> leases() {
        return state.leases.all();
    }

    /**
     * Grows whenever a lease begins or ends, and when a snapshot is restored: whoever keeps clocks need not look at the leases
     * while it stays. Not part of the state; it differs from member to member.
     *
     * @return a count
     */
    public long leaseChanges() {
        return leaseChanges;
    }

    /**
     * Whether the caller may see a lease's keys: a user who may read all of them. That there are none, or no such lease, is shown
     * to every user.
     *
     * @param id the lease, which need not exist
     * @param caller who asks
     * @return why not
     */
    public Optional<EtcdError> checkLeaseKeys(long id, Caller caller) {
        return state.permissions.checkLeaseRead(id, caller);
    }

    /**
     * A checksum of all keys' versions that are kept up to a revision: equal on members with the same compacted revision. The
     * function is ours: it cannot be compared with a real etcd's.
     *
     * @param revision up to where; 0 means the newest
     * @return a HashKVResponse, or why not
     */
    public Reply hashKv(long revision) {
        Optional<EtcdError> error = state.reader.checkRevision(revision);
        long upTo = revision == 0 ? state.store.revision() : revision;
        return unless(error, () -> HashKVResponse.newBuilder()
                .setHash(state.history.hash(upTo))
                .setCompactRevision(state.store.compacted())
                .build());
    }

    /**
     * A checksum of the whole state: equal on members that have applied the same commands. Ours, too.
     *
     * @return CRC-32C of what {@link #snapshot} writes
     */
    public int hash() {
        return Snapshots.checksum(state.write());
    }

    /**
     * Users, roles and what they may do.
     *
     * @return to be used on the node's thread, and only until the next command or snapshot
     */
    public AuthStore auth() {
        return state.auth;
    }

    /**
     * The alarms that are raised.
     *
     * @return by type, then by member
     */
    public List<AlarmMember> alarms() {
        return state.alarms.all();
    }
}
