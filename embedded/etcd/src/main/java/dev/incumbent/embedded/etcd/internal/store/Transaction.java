package dev.incumbent.embedded.etcd.internal.store;

import dev.incumbent.embedded.etcd.wire.Compare;
import dev.incumbent.embedded.etcd.wire.DeleteRangeRequest;
import dev.incumbent.embedded.etcd.wire.KeyValue;
import dev.incumbent.embedded.etcd.wire.PutRequest;
import dev.incumbent.embedded.etcd.wire.RequestOp;
import dev.incumbent.embedded.etcd.wire.ResponseHeader;
import dev.incumbent.embedded.etcd.wire.ResponseOp;
import dev.incumbent.embedded.etcd.wire.TxnRequest;
import dev.incumbent.embedded.etcd.wire.TxnResponse;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * One Txn in three steps, each for the whole tree of nested Txns before the next begins: comparisons choose the branches, the
 * operations of those branches are checked, then they are carried out. So nothing of a Txn that is refused has happened, and a
 * nested comparison sees nothing of what the operations before it do.
 */
final class Transaction {

    /** What a Txn comes to: its branch, and the same for the Txns nested in that branch, in their order. */
    private record Path(boolean succeeded, List<RequestOp> operations, List<Path> nested) {}

    private final KeyValueStore store;
    private final LeaseTable leases;
    private final Operations operations;
    private final Path path;

    Transaction(KeyValueStore store, LeaseTable leases, Operations operations, TxnRequest request) {
        this.store = store;
        this.leases = leases;
        this.operations = operations;
        this.path = choose(request);
    }

    private Path choose(TxnRequest request) {
        boolean succeeded = request.getCompareList().stream().allMatch(this::holds);
        List<RequestOp> chosen = succeeded ? request.getSuccessList() : request.getFailureList();
        List<Path> nested = new ArrayList<>();
        for (RequestOp operation : chosen) {
            if (operation.hasRequestTxn()) {
                nested.add(choose(operation.getRequestTxn()));
            }
        }
        return new Path(succeeded, chosen, nested);
    }

    private boolean holds(Compare compare) {
        List<KeyValue> found = store.list(compare.getKey(), compare.getRangeEnd());
        if (found.isEmpty()) {
            // A missing key's numbers are 0, but it has no value that could be compared, not even an empty one.
            return compare.getTarget() != Compare.CompareTarget.VALUE && holds(compare, KeyValue.getDefaultInstance());
        }
        return found.stream().allMatch(version -> holds(compare, version));
    }

    private static boolean holds(Compare compare, KeyValue version) {
        int order =
                switch (compare.getTarget()) {
                    case VERSION -> Long.compare(version.getVersion(), compare.getVersion());
                    case CREATE -> Long.compare(version.getCreateRevision(), compare.getCreateRevision());
                    case MOD -> Long.compare(version.getModRevision(), compare.getModRevision());
                    case VALUE -> Keys.ORDER.compare(version.getValue(), compare.getValue());
                    case LEASE -> Long.compare(version.getLease(), compare.getLease());
                    case UNRECOGNIZED -> 0;
                };
        return switch (compare.getResult()) {
            case EQUAL -> order == 0;
            case GREATER -> order > 0;
            case LESS -> order < 0;
            case NOT_EQUAL -> order != 0;
            case UNRECOGNIZED -> true;
        };
    }

    /** Why this cannot be carried out. Puts are looked at before ranges, as in etcd. */
    Optional<EtcdError> check() {
        return checkPuts(path, new ArrayList<>()).or(() -> checkRanges(path));
    }

    private Optional<EtcdError> checkPuts(Path part, List<DeleteRangeRequest> deletesBefore) {
        Iterator<Path> nested = part.nested.iterator();
        for (RequestOp operation : part.operations) {
            Optional<EtcdError> error = Optional.empty();
            if (operation.hasRequestTxn()) {
                error = checkPuts(nested.next(), deletesBefore);
            } else if (operation.hasRequestDeleteRange()) {
                deletesBefore.add(operation.getRequestDeleteRange());
            } else if (operation.hasRequestPut()) {
                error = checkPut(operation.getRequestPut(), deletesBefore);
            }
            if (error.isPresent()) {
                return error;
            }
        }
        return Optional.empty();
    }

    private Optional<EtcdError> checkPut(PutRequest put, List<DeleteRangeRequest> deletesBefore) {
        if (put.getIgnoreValue() || put.getIgnoreLease()) {
            // After an open-ended delete in the same Txn etcd would find nothing to keep, and end itself.
            boolean deleted = deletesBefore.stream()
                    .anyMatch(delete -> Keys.contains(delete.getKey(), delete.getRangeEnd(), put.getKey()));
            if (deleted || store.get(put.getKey()) == null) {
                return Optional.of(EtcdError.KEY_NOT_FOUND);
            }
        }
        return put.getLease() != 0 && !leases.exists(put.getLease())
                ? Optional.of(EtcdError.LEASE_NOT_FOUND)
                : Optional.empty();
    }

    private Optional<EtcdError> checkRanges(Path part) {
        Iterator<Path> nested = part.nested.iterator();
        for (RequestOp operation : part.operations) {
            Optional<EtcdError> error = Optional.empty();
            if (operation.hasRequestTxn()) {
                error = checkRanges(nested.next());
            } else if (operation.hasRequestRange()) {
                error = checkRevision(operation.getRequestRange().getRevision());
            }
            if (error.isPresent()) {
                return error;
            }
        }
        return Optional.empty();
    }

    /** Stricter than for a Range alone, where a negative revision means the newest one. */
    private Optional<EtcdError> checkRevision(long revision) {
        if (revision > store.revision()) {
            return Optional.of(EtcdError.FUTURE_REVISION);
        }
        return revision != 0 && revision < store.compacted() ? Optional.of(EtcdError.COMPACTED) : Optional.empty();
    }

    /** Carries it out, after {@link #check}; the answer has no header. */
    TxnResponse run() {
        return run(path).build();
    }

    private TxnResponse.Builder run(Path part) {
        TxnResponse.Builder response = TxnResponse.newBuilder().setSucceeded(part.succeeded);
        Iterator<Path> nested = part.nested.iterator();
        for (RequestOp operation : part.operations) {
            ResponseOp.Builder result = response.addResponsesBuilder();
            switch (operation.getRequestCase()) {
                case REQUEST_RANGE -> result.setResponseRange(operations.range(operation.getRequestRange()));
                case REQUEST_PUT -> result.setResponsePut(operations.put(operation.getRequestPut()));
                case REQUEST_DELETE_RANGE ->
                    result.setResponseDeleteRange(operations.deleteRange(operation.getRequestDeleteRange()));
                // etcd gives nested answers an empty header.
                case REQUEST_TXN ->
                    result.setResponseTxn(run(nested.next()).setHeader(ResponseHeader.getDefaultInstance()));
                case REQUEST_NOT_SET -> {}
            }
        }
        return response;
    }

    /** Whether a Txn could store something, on either branch. */
    static boolean puts(TxnRequest request) {
        return request.getSuccessList().stream().anyMatch(Transaction::puts)
                || request.getFailureList().stream().anyMatch(Transaction::puts);
    }

    private static boolean puts(RequestOp operation) {
        return operation.hasRequestPut() || (operation.hasRequestTxn() && puts(operation.getRequestTxn()));
    }
}
