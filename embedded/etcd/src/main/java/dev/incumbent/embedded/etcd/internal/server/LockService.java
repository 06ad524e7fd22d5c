package dev.incumbent.embedded.etcd.internal.server;

import com.google.protobuf.ByteString;
import dev.incumbent.embedded.etcd.internal.store.EtcdError;
import dev.incumbent.embedded.etcd.internal.store.RequestChecks;
import dev.incumbent.embedded.etcd.wire.DeleteRangeRequest;
import dev.incumbent.embedded.etcd.wire.command.Command;
import dev.incumbent.embedded.etcd.wire.lock.LockGrpc;
import dev.incumbent.embedded.etcd.wire.lock.LockRequest;
import dev.incumbent.embedded.etcd.wire.lock.LockResponse;
import dev.incumbent.embedded.etcd.wire.lock.UnlockRequest;
import dev.incumbent.embedded.etcd.wire.lock.UnlockResponse;
import io.grpc.stub.StreamObserver;
import java.util.Optional;

/** Locks that are queued at the server. */
final class LockService extends LockGrpc.LockImplBase {

    private final Backend backend;
    private final QueueCalls calls;
    private final Queues queues;

    LockService(Backend backend, Callers callers, Queues queues) {
        this.backend = backend;
        this.calls = new QueueCalls(callers);
        this.queues = queues;
    }

    @Override
    public void lock(LockRequest request, StreamObserver<LockResponse> out) {
        calls.respond(out, asker -> queues.enter(
                        Queues.Kind.LOCK,
                        asker.caller(),
                        asker.call(),
                        request.getName(),
                        request.getLease(),
                        ByteString.EMPTY)
                .thenApply(place -> LockResponse.newBuilder()
                        .setHeader(backend.header(place.turnRevision()))
                        .setKey(place.key())
                        .build()));
    }

    @Override
    public void unlock(UnlockRequest request, StreamObserver<UnlockResponse> out) {
        DeleteRangeRequest delete =
                DeleteRangeRequest.newBuilder().setKey(request.getKey()).build();
        Optional<EtcdError> refusal = RequestChecks.check(delete);
        if (refusal.isPresent()) {
            out.onError(Failures.unknown(refusal.get().text()));
            return;
        }
        calls.respond(out, asker -> backend.submit(
                        Callers.sign(Command.newBuilder().setDeleteRange(delete), asker.caller()), asker.call())
                .thenApply(reply -> UnlockResponse.newBuilder()
                        .setHeader(backend.header(reply.revision()))
                        .build()));
    }
}
