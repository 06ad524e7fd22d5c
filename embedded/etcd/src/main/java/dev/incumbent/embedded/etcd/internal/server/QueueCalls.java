package dev.incumbent.embedded.etcd.internal.server;

import dev.incumbent.embedded.etcd.internal.store.Caller;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** What calls about elections and about locks have in common: who asks and for how long is found out, and refusals lose their codes. */
final class QueueCalls {

    private final Callers callers;

    QueueCalls(Callers callers) {
        this.callers = callers;
    }

    /**
     * Who asks, and in which call.
     *
     * @param caller who
     * @param call cancelled when the client gives up
     */
    record Asker(Caller caller, Context call) {}

    /** Answers the call whose handler runs now. */
    <T> void respond(StreamObserver<T> out, Function<Asker, CompletableFuture<T>> action) {
        Context call = Context.current();
        Calls.respond(
                out, withoutCodes(callers.current().thenCompose(caller -> action.apply(new Asker(caller, call)))));
    }

    /**
     * The same reply, with refusals as etcd's elections and locks give them: these are clients of their own server, and errors
     * lose their codes on that way, but not their texts.
     */
    private static <T> CompletableFuture<T> withoutCodes(CompletableFuture<T> reply) {
        return reply.exceptionally(failure -> {
            Status status = Failures.status(failure).getStatus();
            String text = status.getDescription();
            throw text == null ? status.asRuntimeException() : Failures.unknown(text);
        });
    }
}
