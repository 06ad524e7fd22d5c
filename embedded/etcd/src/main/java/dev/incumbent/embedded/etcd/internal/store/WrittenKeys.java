package dev.incumbent.embedded.etcd.internal.store;

import com.google.protobuf.ByteString;
import dev.incumbent.embedded.etcd.wire.DeleteRangeRequest;
import dev.incumbent.embedded.etcd.wire.RequestOp;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds keys that one branch of a Txn would put twice, or put and delete. As etcd's check it looks at nested Txns first, takes
 * both of their branches, and lets three things pass: the same key put on both branches of one nested Txn, a key put in one
 * nested Txn and deleted in a later one, and deletes with an open end, which it takes for ranges that end before they begin.
 */
final class WrittenKeys {

    /** What a list of operations writes; the puts are all different keys. */
    private final Set<ByteString> puts = new HashSet<>();

    private final List<DeleteRangeRequest> deletes = new ArrayList<>();

    private WrittenKeys() {}

    static Optional<EtcdError> check(List<RequestOp> operations) {
        return new WrittenKeys().add(operations) ? Optional.empty() : Optional.of(EtcdError.DUPLICATE_KEY);
    }

    /** Whether the operations can be added without a key that is written twice. */
    private boolean add(List<RequestOp> operations) {
        for (RequestOp operation : operations) {
            boolean openEnd = Keys.isOpenEnd(operation.getRequestDeleteRange().getRangeEnd());
            if (operation.hasRequestDeleteRange() && !openEnd) {
                deletes.add(operation.getRequestDeleteRange());
            }
        }
        for (RequestOp operation : operations) {
            if (operation.hasRequestTxn() && !addNested(operation)) {
                return false;
            }
        }
        for (RequestOp operation : operations) {
            if (operation.hasRequestPut() && !addPut(operation.getRequestPut().getKey())) {
                return false;
            }
        }
        return true;
    }

    private boolean addNested(RequestOp nested) {
        WrittenKeys success = new WrittenKeys();
        WrittenKeys failure = new WrittenKeys();
        if (!success.add(nested.getRequestTxn().getSuccessList())
                || !failure.add(nested.getRequestTxn().getFailureList())) {
            return false;
        }
        for (ByteString key : success.puts) {
            if (!addPut(key)) {
                return false;
            }
        }
        for (ByteString key : failure.puts) {
            if (!success.puts.contains(key) && !addPut(key)) {
                return false;
            }
        }
        deletes.addAll(success.deletes);
        deletes.addAll(failure.deletes);
        return true;
    }

    private boolean addPut(ByteString key) {
        boolean deleted =
                deletes.stream().anyMatch(delete -> Keys.contains(delete.getKey(), delete.getRangeEnd(), key));
        return !deleted && puts.add(key);
    }
}
