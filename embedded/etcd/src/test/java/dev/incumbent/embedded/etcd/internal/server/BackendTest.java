package dev.incumbent.embedded.etcd.internal.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.incumbent.embedded.etcd.internal.store.Reply;
import dev.incumbent.embedded.etcd.wire.PutRequest;
import dev.incumbent.embedded.etcd.wire.command.Command;
import dev.incumbent.embedded.raft.RaftException;
import io.grpc.Context;
import io.grpc.Status;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BackendTest {

    private static final Command PUT = Command.newBuilder()
            .setPut(PutRequest.newBuilder().setKey(ByteString.copyFromUtf8("k")))
            .build();

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final LocalNode node = new LocalNode();
    private final Backend backend = new Backend(node, new Identity(1, List.of(2L)), TestSettings.settings(), timer);
    private final AtomicInteger attempts = new AtomicInteger();

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    private void fail(RaftException failure) {
        node.whenSubmitted(command -> {
            attempts.incrementAndGet();
            return CompletableFuture.failedFuture(failure);
        });
    }

    private static Status status(CompletableFuture<Reply.Ok> reply) {
        return reply.handle((ok, failure) ->
                        failure == null ? Status.OK : Failures.status(failure).getStatus())
                .join();
    }

    @Test
    void shouldNotWriteForAClientThatHasGivenUpSinceTheLastAttempt() throws Exception {
        fail(new RaftException.Unavailable("no leader is known"));
        try (Context.CancellableContext call = Context.current().withCancellation()) {
            CompletableFuture<Reply.Ok> reply = call.call(() -> backend.submit(PUT));
            call.cancel(null);
            assertThat(status(reply).getCode()).isEqualTo(Status.Code.CANCELLED);
        }
    }

    @Test
    void shouldTryAgainWhatTookNoEffect() {
        node.whenSubmitted(command -> attempts.incrementAndGet() < 3
                ? CompletableFuture.failedFuture(new RaftException.Unavailable("no leader is known"))
                : CompletableFuture.completedFuture(node.apply(command)));
        assertThat(status(backend.submit(PUT))).isEqualTo(Status.OK);
    }

    @Test
    void shouldRefuseAtOnceWhenTheLeaderHasTooMuchToDo() {
        fail(new RaftException.Overloaded("too many"));
        Status status = status(backend.submit(PUT));
        assertThat(status.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(status.getDescription()).isEqualTo("etcdserver: too many requests");
        assertThat(attempts).hasValue(1);
    }
}
