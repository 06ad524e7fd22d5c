package dev.incumbent.embedded.etcd.internal.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.incumbent.embedded.etcd.internal.store.Caller;
import dev.incumbent.embedded.etcd.internal.store.EtcdMachine;
import dev.incumbent.embedded.etcd.wire.AuthEnableRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserAddRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserGrantRoleRequest;
import dev.incumbent.embedded.etcd.wire.KeyValue;
import dev.incumbent.embedded.etcd.wire.command.Command;
import dev.incumbent.embedded.etcd.wire.election.LeaderResponse;
import dev.incumbent.embedded.raft.RaftException;
import dev.incumbent.embedded.raft.RaftNode;
import io.grpc.Status;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ObserverTest {

    private static final ByteString PREFIX = ByteString.copyFromUtf8("e/");
    private static final ByteString VALUE = ByteString.copyFrom(new byte[10_000]);

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final LocalNode node = new LocalNode();
    private final Hub hub = new Hub();
    private final Backend backend = new Backend(node, new Identity(1, List.of(2L)), TestSettings.settings(), timer);
    private final FakeOutput<LeaderResponse> client = new FakeOutput<>();
    private final LeaderFeeds feeds = new LeaderFeeds(backend, hub);
    private final Observer observer = observer(client);

    private Observer observer(FakeOutput<LeaderResponse> out) {
        return new Observer(backend, feeds, out, Runnable::run, new LeaderMonitor(backend));
    }

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

    @Test
    void shouldAskForRightsEvenIfOthersObserveAlready() {
        observer.start(PREFIX, Caller.NOBODY);
        node.apply(Command.newBuilder()
                .setUserAdd(AuthUserAddRequest.newBuilder().setName("root"))
                .build());
        node.apply(Command.newBuilder()
                .setUserGrantRole(
                        AuthUserGrantRoleRequest.newBuilder().setUser("root").setRole("root"))
                .build());
        node.apply(Command.newBuilder()
                .setAuthEnable(AuthEnableRequest.getDefaultInstance())
                .build());
        FakeOutput<LeaderResponse> late = new FakeOutput<>();
        observer(late).start(PREFIX, Caller.NOBODY);
        assertThat(late.ended()).isTrue();
        assertThat(client.ended()).isFalse();
    }

    @Test
    void shouldLeaveEvenIfTheNodeIsFrozenJustThen() {
        observer.start(PREFIX, Caller.NOBODY);
        node.failLocalReads(new RaftException.Unavailable("frozen"));
        observer.end(Status.CANCELLED);
        node.failLocalReads(null);
        assertThat(hub.size()).isEqualTo(1);
        node.addListener(new RaftNode.Listener<>() {
            @Override
            public void applied(EtcdMachine machine, long index) {
                hub.applied(machine);
            }
        });
        node.put("another", 0);
        assertThat(hub.size()).isZero();
    }
}
