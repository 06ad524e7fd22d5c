package dev.incumbent.embedded.etcd.internal.server;

import com.google.protobuf.MessageLite;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** Answers calls that have one reply. */
final class Calls {

    /** From here on it takes long enough to write a reply down that others would notice. */
    private static final int LARGE_BYTES = 64 * 1024;

    private Calls() {}

    /** Answers when the reply is there. To be called in the handler: a call that its client gave up is then let go quietly. */
    static <T> void respond(StreamObserver<T> out, CompletableFuture<? extends T> reply) {
        ((ServerCallStreamObserver<T>) out).setOnCancelHandler(() -> {});
        reply.whenComplete((value, failure) -> {
            if (failure != null) {
                out.onError(Failures.status(failure));
            } else {
                answer(out, value);
            }
        });
    }

    /** The same, with large replies written on a worker: replies come on the node's thread, which has heartbeats to send. */
    static <T extends MessageLite> void respond(StreamObserver<T> out, CompletableFuture<T> reply, Executor workers) {
        ((ServerCallStreamObserver<T>) out).setOnCancelHandler(() -> {});
        reply.whenComplete((value, failure) -> {
            if (failure != null) {
                out.onError(Failures.status(failure));
            } else if (value.getSerializedSize() <= LARGE_BYTES) {
                answer(out, value);
            } else {
                answerOn(workers, out, value);
            }
        });
    }

    private static <T> void answerOn(Executor workers, StreamObserver<T> out, T value) {
        try {
            workers.execute(() -> answer(out, value));
        } catch (RejectedExecutionException closed) {
            // So are the connections.
        }
    }

    private static <T> void answer(StreamObserver<T> out, T value) {
        out.onNext(value);
        out.onCompleted();
    }
}
