package dev.incumbent.embedded.etcd.internal.server;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;

/** Answers calls that have one reply. */
final class Calls {

    private Calls() {}

    /** Answers when the reply is there. To be called in the handler: a call that its client gave up is then let go quietly. */
    static <T> void respond(StreamObserver<T> out, CompletableFuture<? extends T> reply) {
        ((ServerCallStreamObserver<T>) out).setOnCancelHandler(() -> {});
        reply.whenComplete((value, failure) -> {
            if (failure != null) {
                out.onError(Failures.status(failure));
            } else {
                out.onNext(value);
                out.onCompleted();
            }
        });
    }
}
