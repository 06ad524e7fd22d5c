package dev.incumbent.embedded.etcd.internal.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.embedded.etcd.wire.LeaseKeepAliveRequest;
import dev.incumbent.embedded.etcd.wire.LeaseKeepAliveResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KeepAliveStreamTest {

    private static final int WINDOW = 256;

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final Backend backend =
            new Backend(new LocalNode(), new Identity(1, List.of(2L)), TestSettings.settings(), timer);
    private final FakeOutput<LeaseKeepAliveResponse> client = new FakeOutput<>();
    private final List<CompletableFuture<LeaseKeepAliveResponse>> renewals = new ArrayList<>();
    private final KeepAliveStream stream = new KeepAliveStream(
            client,
            request -> {
                CompletableFuture<LeaseKeepAliveResponse> renewal = new CompletableFuture<>();
                renewals.add(renewal);
                return renewal;
            },
            new LeaderMonitor(backend));

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    private void ask(int times) {
        for (int i = 0; i < times; i++) {
            stream.onNext(LeaseKeepAliveRequest.getDefaultInstance());
        }
    }

    private void answer(int which) {
        renewals.get(which)
                .complete(LeaseKeepAliveResponse.newBuilder().setID(which).build());
    }

    @Test
    void shouldAnswerInTheOrderOfTheRequests() {
        client.take(9);
        ask(3);
        answer(2);
        answer(0);
        answer(1);
        assertThat(client.taken()).extracting(LeaseKeepAliveResponse::getID).containsExactly(0L, 1L, 2L);
    }

    @Test
    void shouldTakeNoMoreRequestsThanAWindowFromAClientThatDoesNotRead() {
        ask(WINDOW);
        for (int i = 0; i < WINDOW; i++) {
            answer(i);
        }
        assertThat(client.requested()).isEqualTo(WINDOW);
        client.take(2 * WINDOW);
        assertThat(client.requested()).isEqualTo(2 * WINDOW);
        ask(1);
        answer(WINDOW);
        assertThat(client.requested()).isEqualTo(2 * WINDOW + 1);
    }
}
