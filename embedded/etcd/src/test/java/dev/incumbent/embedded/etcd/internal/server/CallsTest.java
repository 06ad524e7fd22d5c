package dev.incumbent.embedded.etcd.internal.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.incumbent.embedded.etcd.wire.KeyValue;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class CallsTest {

    private final FakeOutput<KeyValue> client = new FakeOutput<>();
    private final CompletableFuture<KeyValue> reply = new CompletableFuture<>();
    private final List<Runnable> onWorkers = new ArrayList<>();

    private static KeyValue value(int bytes) {
        return KeyValue.newBuilder()
                .setValue(ByteString.copyFrom(new byte[bytes]))
                .build();
    }

    @Test
    void shouldWriteSmallRepliesWhereTheyCome() {
        Calls.respond(client, reply, onWorkers::add);
        reply.complete(value(100));
        assertThat(client.ended()).isTrue();
        assertThat(onWorkers).isEmpty();
    }

    @Test
    void shouldWriteLargeRepliesElsewhere() {
        Calls.respond(client, reply, onWorkers::add);
        reply.complete(value(1_000_000));
        assertThat(client.taken()).isEmpty();
        onWorkers.forEach(Runnable::run);
        assertThat(client.taken()).hasSize(1);
        assertThat(client.ended()).isTrue();
    }

    @Test
    void shouldLetALargeReplyGoWhenTheServerIsClosed() {
        Calls.respond(client, reply, task -> {
            throw new RejectedExecutionException();
        });
        reply.complete(value(1_000_000));
        assertThat(client.taken()).isEmpty();
    }
}
