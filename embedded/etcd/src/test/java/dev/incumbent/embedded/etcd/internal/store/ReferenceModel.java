package dev.incumbent.embedded.etcd.internal.store;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.incumbent.embedded.etcd.wire.CompactionResponse;
import dev.incumbent.embedded.etcd.wire.Compare;
import dev.incumbent.embedded.etcd.wire.DeleteRangeRequest;
import dev.incumbent.embedded.etcd.wire.DeleteRangeResponse;
import dev.incumbent.embedded.etcd.wire.Event;
import dev.incumbent.embedded.etcd.wire.KeyValue;
import dev.incumbent.embedded.etcd.wire.LeaseGrantResponse;
import dev.incumbent.embedded.etcd.wire.LeaseRevokeResponse;
import dev.incumbent.embedded.etcd.wire.PutRequest;
import dev.incumbent.embedded.etcd.wire.PutResponse;
import dev.incumbent.embedded.etcd.wire.RangeRequest;
import dev.incumbent.embedded.etcd.wire.RangeRequest.SortOrder;
import dev.incumbent.embedded.etcd.wire.RangeRequest.SortTarget;
import dev.incumbent.embedded.etcd.wire.RangeResponse;
import dev.incumbent.embedded.etcd.wire.RequestOp;
import dev.incumbent.embedded.etcd.wire.ResponseHeader;
import dev.incumbent.embedded.etcd.wire.ResponseOp;
import dev.incumbent.embedded.etcd.wire.TxnRequest;
import dev.incumbent.embedded.etcd.wire.TxnResponse;
import dev.incumbent.embedded.etcd.wire.command.Command;
import dev.incumbent.embedded.etcd.wire.command.ExpireLeases;
import dev.incumbent.embedded.etcd.wire.command.ExpiredLease;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What {@link EtcdMachine} has to come to, by brute force: every change there ever was is in one list, and every question is
 * answered by going through it from its beginning. Knows no authentication and no alarms.
 */
final class ReferenceModel implements Subject {

    private record Made(long revision, Event event) {}

    private final List<Made> everything = new ArrayList<>();
    private final Map<Long, LeaseInfo> leases = new TreeMap<>();
    private long revision = 1;
    private long compacted = -1;

    private static final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final EtcdError error;

        Refusal(EtcdError error) {
            this.error = error;
        }
    }

    @Override
    public Reply apply(long index, Command command) {
        int changesBefore = everything.size();
        try {
            Message body =
                    switch (command.getBodyCase()) {
                        case PUT ->
                            put(checked(command.getPut()), revision + 1)
                                    .clearHeader()
                                    .build();
                        case DELETE_RANGE ->
                            delete(command.getDeleteRange(), revision + 1)
                                    .clearHeader()
                                    .build();
                        case TXN -> txn(command.getTxn());
                        case COMPACT -> compact(command.getCompact().getRevision());
                        case GRANT_LEASE ->
                            grant(
                                    command.getGrantLease().getId(),
                                    command.getGrantLease().getTtlSeconds(),
                                    index);
                        case REVOKE_LEASE -> revoke(command.getRevokeLease().getId());
                        case EXPIRE_LEASES -> expire(command.getExpireLeases());
                        default -> throw new IllegalArgumentException("Not modelled: " + command);
                    };
            revision = everything.size() == changesBefore ? revision : everything.get(everything.size() - 1).revision;
            return new Reply.Ok(body, revision);
        } catch (Refusal refusal) {
            return new Reply.Refused(refusal.error, revision);
        }
    }

    private PutRequest checked(PutRequest request) {
        if (request.getLease() != 0 && !leases.containsKey(request.getLease())) {
            throw new Refusal(EtcdError.LEASE_NOT_FOUND);
        }
        checkKept(request);
        return request;
    }

    private void checkKept(PutRequest request) {
        boolean keeps = request.getIgnoreValue() || request.getIgnoreLease();
        if (keeps && !stateAt(revision).containsKey(request.getKey())) {
            throw new Refusal(EtcdError.KEY_NOT_FOUND);
        }
    }

    /** All keys as they were after a revision. */
    private Map<ByteString, KeyValue> stateAt(long atRevision) {
        Map<ByteString, KeyValue> state = new TreeMap<>(ByteString.unsignedLexicographicalComparator());
        for (Made made : everything) {
            if (made.revision > atRevision) {
                break;
            }
            if (made.event.getType() == Event.EventType.PUT) {
                state.put(made.event.getKv().getKey(), made.event.getKv());
            } else {
                state.remove(made.event.getKv().getKey());
            }
        }
        return state;
    }

    private List<KeyValue> range(ByteString key, ByteString end, long atRevision) {
        Comparator<ByteString> order = ByteString.unsignedLexicographicalComparator();
        return new ArrayList<>(stateAt(atRevision).values().stream()
                .filter(kv -> end.isEmpty()
                        ? kv.getKey().equals(key)
                        : order.compare(kv.getKey(), key) >= 0 && (isZero(end) || order.compare(kv.getKey(), end) < 0))
                .toList());
    }

    private static boolean isZero(ByteString end) {
        return end.size() == 1 && end.byteAt(0) == 0;
    }

    private long visible() {
        boolean changed = !everything.isEmpty() && everything.get(everything.size() - 1).revision > revision;
        return changed ? revision + 1 : revision;
    }

    private ResponseHeader header() {
        return ResponseHeader.newBuilder().setRevision(visible()).build();
    }

    private PutResponse.Builder put(PutRequest request, long atRevision) {
        KeyValue before = stateAt(atRevision).get(request.getKey());
        KeyValue.Builder after = KeyValue.newBuilder()
                .setKey(request.getKey())
                .setModRevision(atRevision)
                .setCreateRevision(before == null ? atRevision : before.getCreateRevision())
                .setVersion(before == null ? 1 : before.getVersion() + 1)
                .setValue(before != null && request.getIgnoreValue() ? before.getValue() : request.getValue())
                .setLease(before != null && request.getIgnoreLease() ? before.getLease() : request.getLease());
        everything.add(new Made(
                atRevision,
                Event.newBuilder().setType(Event.EventType.PUT).setKv(after).build()));
        PutResponse.Builder response = PutResponse.newBuilder().setHeader(header());
        return request.getPrevKv() && before != null ? response.setPrevKv(before) : response;
    }

    private DeleteRangeResponse.Builder delete(DeleteRangeRequest request, long atRevision) {
        List<KeyValue> found = range(request.getKey(), request.getRangeEnd(), atRevision);
        found.forEach(kv -> delete(kv.getKey(), atRevision));
        DeleteRangeResponse.Builder response =
                DeleteRangeResponse.newBuilder().setHeader(header()).setDeleted(found.size());
        return request.getPrevKv() ? response.addAllPrevKvs(found) : response;
    }

    private void delete(ByteString key, long atRevision) {
        everything.add(new Made(
                atRevision,
                Event.newBuilder()
                        .setType(Event.EventType.DELETE)
                        .setKv(KeyValue.newBuilder().setKey(key).setModRevision(atRevision))
                        .build()));
    }

    private Message compact(long toRevision) {
        if (toRevision <= compacted) {
            throw new Refusal(EtcdError.COMPACTED);
        }
        if (toRevision > revision) {
            throw new Refusal(EtcdError.FUTURE_REVISION);
        }
        compacted = toRevision;
        return CompactionResponse.getDefaultInstance();
    }

    private Message grant(long id, long ttl, long index) {
        if (ttl > 9_000_000_000L) {
            throw new Refusal(EtcdError.LEASE_TTL_TOO_LARGE);
        }
        if (leases.putIfAbsent(id, new LeaseInfo(id, ttl, index, List.of())) != null) {
            throw new Refusal(EtcdError.LEASE_EXISTS);
        }
        return LeaseGrantResponse.newBuilder().setID(id).setTTL(ttl).build();
    }

    private Message revoke(long id) {
        if (!leases.containsKey(id)) {
            throw new Refusal(EtcdError.LEASE_NOT_FOUND);
        }
        end(id, revision + 1);
        return LeaseRevokeResponse.getDefaultInstance();
    }

    private boolean end(long id, long atRevision) {
        leases.remove(id);
        List<ByteString> keys = keysOf(id);
        keys.forEach(key -> delete(key, atRevision));
        return !keys.isEmpty();
    }

    private List<ByteString> keysOf(long lease) {
        return stateAt(Long.MAX_VALUE).values().stream()
                .filter(kv -> kv.getLease() == lease)
                .map(KeyValue::getKey)
                .toList();
    }

    private Message expire(ExpireLeases expired) {
        long next = revision + 1;
        for (ExpiredLease each : expired.getLeasesList()) {
            LeaseInfo lease = expired.getTerm() == RandomCommands.TERM ? leases.get(each.getId()) : null;
            if (lease != null && lease.grantedIndex() == each.getGrantedIndex() && end(each.getId(), next)) {
                next++;
            }
        }
        return LeaseRevokeResponse.getDefaultInstance();
    }

    private TxnResponse txn(TxnRequest request) {
        for (RequestOp op : flat(request)) {
            if (op.hasRequestPut()) {
                checkKept(op.getRequestPut());
                long lease = op.getRequestPut().getLease();
                if (lease != 0 && !leases.containsKey(lease)) {
                    throw new Refusal(EtcdError.LEASE_NOT_FOUND);
                }
            }
        }
        for (RequestOp op : flat(request)) {
            long asked = op.getRequestRange().getRevision();
            if (asked > revision) {
                throw new Refusal(EtcdError.FUTURE_REVISION);
            }
            if (asked != 0 && asked < compacted) {
                throw new Refusal(EtcdError.COMPACTED);
            }
        }
        return run(request).build();
    }

    /** The branch that a Txn takes, however nested: this revision, which is not changed yet, decides. */
    private List<RequestOp> branch(TxnRequest request) {
        return succeeds(request) ? request.getSuccessList() : request.getFailureList();
    }

    private boolean succeeds(TxnRequest request) {
        return request.getCompareList().stream().allMatch(this::holds);
    }

    private List<RequestOp> flat(TxnRequest request) {
        List<RequestOp> flat = new ArrayList<>();
        for (RequestOp op : branch(request)) {
            if (op.hasRequestTxn()) {
                flat.addAll(flat(op.getRequestTxn()));
            } else {
                flat.add(op);
            }
        }
        return flat;
    }

    private boolean holds(Compare compare) {
        List<KeyValue> found = range(compare.getKey(), compare.getRangeEnd(), revision);
        if (found.isEmpty()) {
            found.add(KeyValue.getDefaultInstance());
            if (compare.getTarget() == Compare.CompareTarget.VALUE) {
                return false;
            }
        }
        return found.stream().allMatch(kv -> {
            int order =
                    switch (compare.getTarget()) {
                        case VERSION -> Long.compare(kv.getVersion(), compare.getVersion());
                        case CREATE -> Long.compare(kv.getCreateRevision(), compare.getCreateRevision());
                        case MOD -> Long.compare(kv.getModRevision(), compare.getModRevision());
                        case LEASE -> Long.compare(kv.getLease(), compare.getLease());
                        default ->
                            ByteString.unsignedLexicographicalComparator().compare(kv.getValue(), compare.getValue());
                    };
            return switch (compare.getResult()) {
                case EQUAL -> order == 0;
                case NOT_EQUAL -> order != 0;
                case GREATER -> order > 0;
                default -> order < 0;
            };
        });
    }

    private TxnResponse.Builder run(TxnRequest request) {
        TxnResponse.Builder response = TxnResponse.newBuilder().setSucceeded(succeeds(request));
        for (RequestOp op : branch(request)) {
            ResponseOp.Builder result = response.addResponsesBuilder();
            if (op.hasRequestPut()) {
                result.setResponsePut(put(op.getRequestPut(), revision + 1));
            } else if (op.hasRequestDeleteRange()) {
                result.setResponseDeleteRange(delete(op.getRequestDeleteRange(), revision + 1));
            } else if (op.hasRequestRange()) {
                result.setResponseRange(read(op.getRequestRange()).setHeader(header()));
            } else {
                result.setResponseTxn(run(op.getRequestTxn()).setHeader(ResponseHeader.getDefaultInstance()));
            }
        }
        return response;
    }

    @Override
    public Reply range(RangeRequest request) {
        if (request.getRevision() > revision) {
            return new Reply.Refused(EtcdError.FUTURE_REVISION, revision);
        }
        if (request.getRevision() > 0 && request.getRevision() < compacted) {
            return new Reply.Refused(EtcdError.COMPACTED, revision);
        }
        return new Reply.Ok(read(request).build(), revision);
    }

    private RangeResponse.Builder read(RangeRequest request) {
        long atRevision = request.getRevision() > 0 ? request.getRevision() : visible();
        List<KeyValue> found = range(request.getKey(), request.getRangeEnd(), atRevision);
        RangeResponse.Builder response = RangeResponse.newBuilder().setCount(found.size());
        if (request.getCountOnly()) {
            return response;
        }
        long limit = request.getLimit() <= 0 ? Long.MAX_VALUE : request.getLimit();
        boolean filtered = request.getMinModRevision() != 0
                || request.getMaxModRevision() != 0
                || request.getMinCreateRevision() != 0
                || request.getMaxCreateRevision() != 0;
        if (request.getSortOrder() == SortOrder.NONE && !filtered && limit < found.size()) {
            found = new ArrayList<>(found.subList(0, (int) limit + 1));
        }
        found.removeIf(kv -> kv.getModRevision() < request.getMinModRevision()
                || kv.getCreateRevision() < request.getMinCreateRevision());
        found.removeIf(kv -> request.getMaxModRevision() != 0 && kv.getModRevision() > request.getMaxModRevision());
        found.removeIf(
                kv -> request.getMaxCreateRevision() != 0 && kv.getCreateRevision() > request.getMaxCreateRevision());
        Comparator<KeyValue> order = order(request.getSortTarget());
        found.sort(request.getSortOrder() == SortOrder.DESCEND ? order.reversed() : order);
        for (KeyValue kv : found) {
            if (response.getKvsCount() == limit) {
                return response.setMore(true);
            }
            response.addKvs(request.getKeysOnly() ? kv.toBuilder().clearValue().build() : kv);
        }
        return response;
    }

    private static Comparator<KeyValue> order(SortTarget target) {
        Comparator<ByteString> bytes = ByteString.unsignedLexicographicalComparator();
        return switch (target) {
            case VERSION -> Comparator.comparing(KeyValue::getVersion);
            case CREATE -> Comparator.comparing(KeyValue::getCreateRevision);
            case MOD -> Comparator.comparing(KeyValue::getModRevision);
            case VALUE -> Comparator.comparing(KeyValue::getValue, bytes);
            default -> Comparator.comparing(KeyValue::getKey, bytes);
        };
    }

    @Override
    public List<Revision> changes(long fromRevision) {
        TreeMap<Long, List<Change>> changes = new TreeMap<>();
        for (int i = 0; i < everything.size(); i++) {
            Made made = everything.get(i);
            if (made.revision >= fromRevision && isKept(i)) {
                changes.computeIfAbsent(made.revision, any -> new ArrayList<>())
                        .add(new Change(made.event, previous(made)));
            }
        }
        return changes.entrySet().stream()
                .map(entry -> new Revision(entry.getKey(), entry.getValue()))
                .toList();
    }

    /** At the compacted revision only the last change of a key is left. */
    private boolean isKept(int place) {
        Made made = everything.get(place);
        return made.revision != compacted
                || everything.stream()
                        .skip(place + 1L)
                        .noneMatch(later -> later.revision == made.revision
                                && later.event
                                        .getKv()
                                        .getKey()
                                        .equals(made.event.getKv().getKey()));
    }

    private @Nullable KeyValue previous(Made made) {
        boolean created = made.event.getKv().getCreateRevision() == made.revision;
        boolean unknown = made.revision - 1 < compacted;
        return created || unknown
                ? null
                : stateAt(made.revision - 1).get(made.event.getKv().getKey());
    }

    @Override
    public List<LeaseInfo> leases() {
        return leases.values().stream()
                .map(lease -> new LeaseInfo(lease.id(), lease.ttlSeconds(), lease.grantedIndex(), keysOf(lease.id())))
                .toList();
    }

    @Override
    public long compacted() {
        return compacted;
    }
}
