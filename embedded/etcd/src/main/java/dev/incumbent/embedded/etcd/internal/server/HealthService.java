package dev.incumbent.embedded.etcd.internal.server;

import dev.incumbent.embedded.etcd.wire.health.HealthCheckRequest;
import dev.incumbent.embedded.etcd.wire.health.HealthCheckResponse;
import dev.incumbent.embedded.etcd.wire.health.HealthGrpc;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/** gRPC's common health service: as with etcd 3.5, whoever answers serves. Whether there is a quorum is asked over HTTP. */
final class HealthService extends HealthGrpc.HealthImplBase {

    private static final HealthCheckResponse SERVING = HealthCheckResponse.newBuilder()
            .setStatus(HealthCheckResponse.ServingStatus.SERVING)
            .build();
    private static final HealthCheckResponse UNKNOWN = HealthCheckResponse.newBuilder()
            .setStatus(HealthCheckResponse.ServingStatus.SERVICE_UNKNOWN)
            .build();

    @Override
    public void check(HealthCheckRequest request, StreamObserver<HealthCheckResponse> out) {
        if (request.getService().isEmpty()) {
            out.onNext(SERVING);
            out.onCompleted();
        } else {
            out.onError(Status.NOT_FOUND.withDescription("unknown service").asRuntimeException());
        }
    }

    @Override
    public void watch(HealthCheckRequest request, StreamObserver<HealthCheckResponse> out) {
        ((ServerCallStreamObserver<HealthCheckResponse>) out).setOnCancelHandler(() -> {});
        out.onNext(request.getService().isEmpty() ? SERVING : UNKNOWN);
    }
}
