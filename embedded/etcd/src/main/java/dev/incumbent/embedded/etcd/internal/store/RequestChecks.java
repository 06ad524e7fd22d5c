package dev.incumbent.embedded.etcd.internal.store;

import com.google.protobuf.ByteString;
import dev.incumbent.embedded.etcd.wire.Compare;
import dev.incumbent.embedded.etcd.wire.DeleteRangeRequest;
import dev.incumbent.embedded.etcd.wire.PutRequest;
import dev.incumbent.embedded.etcd.wire.RangeRequest;
import dev.incumbent.embedded.etcd.wire.RequestOp;
import dev.incumbent.embedded.etcd.wire.TxnRequest;
import dev.incumbent.embedded.etcd.wire.command.Command;
import java.util.List;
import java.util.Optional;

/** What etcd refuses before anything is proposed or read; no state is needed. Any thread. */
public final class RequestChecks {

    /** The most operations that a Txn may have, or comparisons; the levels of nested ones add up. */
    static final int MAX_OPERATIONS = 128;

    /** The largest command in bytes. etcd's, which adds an id and a name, differs by some bytes. */
    static final int MAX_REQUEST_BYTES = 3 << 19;

    private RequestChecks() {}

    /**
     * Looks at a Range. Sort options that do not exist are refused as etcd 3.6 does; 3.5 ends itself.
     *
     * @param request the request
     * @return why not
     */
    public static Optional<EtcdError> check(RangeRequest request) {
        if (request.getKey().isEmpty()) {
            return Optional.of(EtcdError.EMPTY_KEY);
        }
        boolean known = request.getSortOrder() != RangeRequest.SortOrder.UNRECOGNIZED
                && request.getSortTarget() != RangeRequest.SortTarget.UNRECOGNIZED;
        return known ? Optional.empty() : Optional.of(EtcdError.INVALID_SORT_OPTION);
    }

    /**
     * Looks at a Put.
     *
     * @param request the request
     * @return why not
     */
    public static Optional<EtcdError> check(PutRequest request) {
        if (request.getKey().isEmpty()) {
            return Optional.of(EtcdError.EMPTY_KEY);
        }
        if (request.getIgnoreValue() && !request.getValue().isEmpty()) {
            return Optional.of(EtcdError.VALUE_PROVIDED);
        }
        return request.getIgnoreLease() && request.getLease() != 0
                ? Optional.of(EtcdError.LEASE_PROVIDED)
                : Optional.empty();
    }

    /**
     * Looks at a DeleteRange.
     *
     * @param request the request
     * @return why not
     */
    public static Optional<EtcdError> check(DeleteRangeRequest request) {
        return request.getKey().isEmpty() ? Optional.of(EtcdError.EMPTY_KEY) : Optional.empty();
    }

    /**
     * Looks at a Txn: each of its parts, their number, and keys that it writes twice.
     *
     * @param request the request
     * @return why not
     */
    public static Optional<EtcdError> check(TxnRequest request) {
        return check(request, MAX_OPERATIONS)
                .or(() -> WrittenKeys.check(request.getSuccessList()))
                .or(() -> WrittenKeys.check(request.getFailureList()));
    }

    private static Optional<EtcdError> check(TxnRequest request, int most) {
        int operations =
                Math.max(request.getCompareCount(), Math.max(request.getSuccessCount(), request.getFailureCount()));
        if (operations > most) {
            return Optional.of(EtcdError.TOO_MANY_OPERATIONS);
        }
        if (request.getCompareList().stream().map(Compare::getKey).anyMatch(ByteString::isEmpty)) {
            return Optional.of(EtcdError.EMPTY_KEY);
        }
        return check(request.getSuccessList(), most - operations)
                .or(() -> check(request.getFailureList(), most - operations));
    }

    private static Optional<EtcdError> check(List<RequestOp> operations, int most) {
        for (RequestOp operation : operations) {
            Optional<EtcdError> error =
                    switch (operation.getRequestCase()) {
                        case REQUEST_RANGE -> check(operation.getRequestRange());
                        case REQUEST_PUT -> check(operation.getRequestPut());
                        case REQUEST_DELETE_RANGE -> check(operation.getRequestDeleteRange());
                        case REQUEST_TXN -> check(operation.getRequestTxn(), most);
                        case REQUEST_NOT_SET -> Optional.of(EtcdError.KEY_NOT_FOUND);
                    };
            if (error.isPresent()) {
                return error;
            }
        }
        return Optional.empty();
    }

    /**
     * Refuses what is too large for the log. Every command is asked right before it is submitted.
     *
     * @param command what would be submitted
     * @return why not
     */
    public static Optional<EtcdError> checkSize(Command command) {
        return command.getSerializedSize() > MAX_REQUEST_BYTES
                ? Optional.of(EtcdError.REQUEST_TOO_LARGE)
                : Optional.empty();
    }

    /**
     * Whether a Txn only reads, so that it needs no place in the log. A nested Txn counts as a write, as in etcd.
     *
     * @param request the request
     * @return whether {@link EtcdMachine#readTxn} will do
     */
    public static boolean readsOnly(TxnRequest request) {
        return request.getSuccessList().stream().allMatch(RequestOp::hasRequestRange)
                && request.getFailureList().stream().allMatch(RequestOp::hasRequestRange);
    }

    /**
     * Whether a Txn that only reads may be answered from what this member has, however old. Unlike in etcd, one without any
     * Range may not: it would compare old state without having said so.
     *
     * @param request the request, which {@link #readsOnly}
     * @return whether every Range is serializable, and there is one
     */
    public static boolean serializable(TxnRequest request) {
        return request.getSuccessCount() + request.getFailureCount() > 0
                && request.getSuccessList().stream().allMatch(RequestChecks::isSerializable)
                && request.getFailureList().stream().allMatch(RequestChecks::isSerializable);
    }

    private static boolean isSerializable(RequestOp operation) {
        return operation.getRequestRange().getSerializable();
    }
}
