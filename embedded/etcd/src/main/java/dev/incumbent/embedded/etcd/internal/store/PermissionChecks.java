package dev.incumbent.embedded.etcd.internal.store;

import com.google.protobuf.ByteString;
import dev.incumbent.embedded.etcd.wire.Compare;
import dev.incumbent.embedded.etcd.wire.DeleteRangeRequest;
import dev.incumbent.embedded.etcd.wire.PutRequest;
import dev.incumbent.embedded.etcd.wire.RangeRequest;
import dev.incumbent.embedded.etcd.wire.RequestOp;
import dev.incumbent.embedded.etcd.wire.TxnRequest;
import java.util.List;
import java.util.Optional;

/** What a caller needs for a request, in the order in which etcd looks at it. Both branches of a Txn count, nested ones too. */
final class PermissionChecks {

    private final AuthStore auth;
    private final LeaseTable leases;

    PermissionChecks(AuthStore auth, LeaseTable leases) {
        this.auth = auth;
        this.leases = leases;
    }

    Optional<EtcdError> check(RangeRequest request, Caller caller) {
        return auth.checkRange(caller, request.getKey(), request.getRangeEnd());
    }

    /** A lease may be used only by who could revoke it: its other keys have to be writable, too. A Txn asks for less. */
    Optional<EtcdError> check(PutRequest request, Caller caller) {
        return auth.checkWrite(caller, request.getKey(), ByteString.EMPTY)
                .or(() -> checkLeaseWrite(request.getLease(), caller))
                .or(() -> checkPrevious(request, caller));
    }

    private Optional<EtcdError> checkInTxn(PutRequest request, Caller caller) {
        return auth.checkWrite(caller, request.getKey(), ByteString.EMPTY).or(() -> checkPrevious(request, caller));
    }

    private Optional<EtcdError> checkPrevious(PutRequest request, Caller caller) {
        return request.getPrevKv() ? auth.checkRange(caller, request.getKey(), ByteString.EMPTY) : Optional.empty();
    }

    Optional<EtcdError> check(DeleteRangeRequest request, Caller caller) {
        return auth.checkWrite(caller, request.getKey(), request.getRangeEnd())
                .or(() -> request.getPrevKv()
                        ? auth.checkRange(caller, request.getKey(), request.getRangeEnd())
                        : Optional.empty());
    }

    Optional<EtcdError> check(TxnRequest request, Caller caller) {
        if (!auth.enabled()) {
            return Optional.empty();
        }
        for (Compare compare : request.getCompareList()) {
            Optional<EtcdError> error = auth.checkRange(caller, compare.getKey(), compare.getRangeEnd());
            if (error.isPresent()) {
                return error;
            }
        }
        return check(request.getSuccessList(), caller).or(() -> check(request.getFailureList(), caller));
    }

    private Optional<EtcdError> check(List<RequestOp> operations, Caller caller) {
        for (RequestOp operation : operations) {
            Optional<EtcdError> error =
                    switch (operation.getRequestCase()) {
                        case REQUEST_RANGE -> check(operation.getRequestRange(), caller);
                        case REQUEST_PUT -> checkInTxn(operation.getRequestPut(), caller);
                        case REQUEST_DELETE_RANGE -> check(operation.getRequestDeleteRange(), caller);
                        case REQUEST_TXN -> check(operation.getRequestTxn(), caller);
                        case REQUEST_NOT_SET -> Optional.empty();
                    };
            if (error.isPresent()) {
                return error;
            }
        }
        return Optional.empty();
    }

    /** For what ends a lease, or adds a key to it. */
    Optional<EtcdError> checkLeaseWrite(long lease, Caller caller) {
        if (auth.checkAdmin(caller).isEmpty()) {
            return Optional.empty();
        }
        for (ByteString key : leases.keys(lease)) {
            Optional<EtcdError> error = auth.checkWrite(caller, key, ByteString.EMPTY);
            if (error.isPresent()) {
                return error;
            }
        }
        return Optional.empty();
    }

    /** For what shows a lease's keys. Who asks is looked at before it is known whether there are any. */
    Optional<EtcdError> checkLeaseRead(long lease, Caller caller) {
        if (auth.enabled() && caller.user().isEmpty()) {
            return Optional.of(EtcdError.USER_EMPTY);
        }
        for (ByteString key : leases.keys(lease)) {
            Optional<EtcdError> error = auth.checkRange(caller, key, ByteString.EMPTY);
            if (error.isPresent()) {
                return error;
            }
        }
        return Optional.empty();
    }
}
