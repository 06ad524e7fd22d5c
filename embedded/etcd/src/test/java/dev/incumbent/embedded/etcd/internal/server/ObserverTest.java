package dev.incumbent.embedded.etcd.internal.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.incumbent.embedded.etcd.wire.KeyValue;
import dev.incumbent.embedded.etcd.wire.election.LeaderResponse;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ObserverTest {

    private static final ByteString VALUE = ByteString.copyFrom(new byte[10_000]);

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final Backend backend =
            new Backend(new LocalNode(), new Identity(1, List.of(2L)), TestSettings.settings(), timer);
    private final FakeOutput<LeaderResponse> client = new FakeOutput<>();
    private final Observer observer = new Observer(
            backend, new LeaderFeeds(backend, new Hub()), client, Runnable::run, new LeaderMonitor(backend));

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    private void lead(long revision) {
        observer.give(LeaderResponse.newBuilder()
                .setKv(KeyValue.newBuilder().setCreateRevision(revision).setValue(VALUE))
                .build());
    }

    private List<Long> seen() {
        return client.taken().stream()
                .map(response -> response.getKv().getCreateRevision())
                .toList();
    }

    @Test
    void shouldLeaveOutLeadersButNotTheNewestWhenTheClientIsSlow() {
        for (int revision = 1; revision <= 9; revision++) {
            lead(revision);
        }
        client.take(9);
        assertThat(seen()).containsExactly(1L, 2L, 9L);
    }

    @Test
    void shouldEndWithTheNewestWhenTheNextLeaderComesJustAsTheOutputRunsDry() {
        lead(1);
        lead(2);
        lead(3);
        client.whenTaken(response -> {
            if (response.getKv().getCreateRevision() == 2) {
                lead(4);
            }
        });
        client.take(9);
        assertThat(seen()).containsExactly(1L, 2L, 4L);
    }
}
