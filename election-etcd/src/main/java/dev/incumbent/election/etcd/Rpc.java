package dev.incumbent.election.etcd;

import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthenticateRequest;
import io.etcd.jetcd.api.AuthenticateResponse;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrantResponse;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.LeaseRevokeResponse;
import io.etcd.jetcd.api.LeaseTimeToLiveRequest;
import io.etcd.jetcd.api.LeaseTimeToLiveResponse;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.StatusRequest;
import io.etcd.jetcd.api.StatusResponse;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.grpc.MethodDescriptor;
import java.util.function.Function;

/**
 * One unary method of etcd.
 *
 * @param method how gRPC calls it
 * @param header finds the header in its reply
 * @param linearizable whether the reply's revision is never behind that of a reply that came before the request was sent
 */
record Rpc<Q, R>(MethodDescriptor<Q, R> method, Function<R, ResponseHeader> header, boolean linearizable) {

    static final Rpc<TxnRequest, TxnResponse> TXN = new Rpc<>(KVGrpc.getTxnMethod(), TxnResponse::getHeader, true);

    static final Rpc<LeaseGrantRequest, LeaseGrantResponse> GRANT =
            new Rpc<>(LeaseGrpc.getLeaseGrantMethod(), LeaseGrantResponse::getHeader, false);

    static final Rpc<LeaseRevokeRequest, LeaseRevokeResponse> REVOKE =
            new Rpc<>(LeaseGrpc.getLeaseRevokeMethod(), LeaseRevokeResponse::getHeader, false);

    static final Rpc<LeaseTimeToLiveRequest, LeaseTimeToLiveResponse> TIME_TO_LIVE =
            new Rpc<>(LeaseGrpc.getLeaseTimeToLiveMethod(), LeaseTimeToLiveResponse::getHeader, false);

    static final Rpc<AuthenticateRequest, AuthenticateResponse> AUTHENTICATE =
            new Rpc<>(AuthGrpc.getAuthenticateMethod(), AuthenticateResponse::getHeader, false);

    static final Rpc<StatusRequest, StatusResponse> STATUS =
            new Rpc<>(MaintenanceGrpc.getStatusMethod(), StatusResponse::getHeader, false);
}
