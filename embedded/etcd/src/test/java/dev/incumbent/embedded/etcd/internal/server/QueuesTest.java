package dev.incumbent.embedded.etcd.internal.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.incumbent.embedded.etcd.internal.store.Caller;
import dev.incumbent.embedded.etcd.internal.store.EtcdMachine;
import dev.incumbent.embedded.etcd.internal.store.Reply;
import dev.incumbent.embedded.etcd.wire.DeleteRangeRequest;
import dev.incumbent.embedded.etcd.wire.KeyValue;
import dev.incumbent.embedded.etcd.wire.RangeRequest;
import dev.incumbent.embedded.etcd.wire.RangeResponse;
import dev.incumbent.embedded.etcd.wire.command.Command;
import dev.incumbent.embedded.raft.RaftException;
import dev.incumbent.embedded.raft.RaftNode;
import io.grpc.Context;
import io.grpc.Status;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of the key of a call that ends without its turn: a key that a later call found must not vanish under it. */
class QueuesTest {

    private static final long LEASE = 7;
    private static final String HOLDER = "e/0";
    private static final ByteString NAME = ByteString.copyFromUtf8("e");

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final LocalNode node = new LocalNode();
    private final Hub hub = new Hub();
    private final Queues queues =
            new Queues(new Backend(node, new Identity(1, List.of(2L)), TestSettings.settings(), timer), hub);
    private final Context.CancellableContext call = Context.current().withCancellation();

    QueuesTest() {
        node.addListener(new RaftNode.Listener<>() {
            @Override
            public void applied(EtcdMachine machine, long index) {
                hub.applied(machine);
            }
        });
    }

    @BeforeEach
    void grant() {
        node.grant(LEASE, 60);
    }

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    private CompletableFuture<Queues.Place> enter(Queues.Kind kind, Context by) {
        return queues.enter(kind, Caller.NOBODY, by, NAME, LEASE, ByteString.EMPTY);
    }

    private CompletableFuture<Queues.Place> campaign(Context by) {
        return enter(Queues.Kind.ELECTION, by);
    }

    private void releaseHolder() {
        node.apply(Command.newBuilder()
                .setDeleteRange(DeleteRangeRequest.newBuilder().setKey(ByteString.copyFromUtf8(HOLDER)))
                .build());
    }

    /** Create revisions of the keys that are there. */
    private List<Long> keys() {
        Reply reply = node.machine()
                .range(
                        RangeRequest.newBuilder()
                                .setKey(Queues.prefix(NAME))
                                .setRangeEnd(KeyRange.prefix(NAME).end())
                                .build(),
                        Caller.NOBODY);
        return Backend.body(Backend.accepted(reply), RangeResponse.class).getKvsList().stream()
                .map(KeyValue::getCreateRevision)
                .toList();
    }

    private static boolean deletes(Command command) {
        return command.getTxn().getSuccessList().stream().anyMatch(operation -> operation.hasRequestDeleteRange());
    }

    @Test
    void shouldTakeItsKeyAlongWhenTheClientGivesUp() {
        node.put(HOLDER, 0);
        CompletableFuture<Queues.Place> place = campaign(call);
        assertThat(keys()).hasSize(2);
        call.cancel(null);
        assertThat(place).isCompletedExceptionally();
        assertThat(keys()).hasSize(1);
    }

    @Test
    void shouldLeaveACandidatesKeyToItsNextCallWhenTheTurnCouldNotBeConfirmed() {
        node.put(HOLDER, 0);
        CompletableFuture<Queues.Place> place = campaign(call);
        node.failReads(Status.UNAVAILABLE.asRuntimeException());
        releaseHolder();
        assertThat(place).isCompletedExceptionally();
        List<Long> left = keys();
        assertThat(left).hasSize(1);
        assertThat(campaign(Context.ROOT).join().createRevision()).isEqualTo(left.get(0));
        assertThat(keys()).isEqualTo(left);
    }

    @Test
    void shouldUnlockWhenTheTurnCouldNotBeConfirmed() {
        node.put(HOLDER, 0);
        CompletableFuture<Queues.Place> place = enter(Queues.Kind.LOCK, call);
        node.failReads(Status.UNAVAILABLE.asRuntimeException());
        releaseHolder();
        assertThat(place).isCompletedExceptionally();
        assertThat(keys()).isEmpty();
    }

    /** Without that a candidate is told that it leads, and its key is deleted a moment later: nobody leads, and it does not know. */
    @Test
    void shouldNotAdoptAKeyThatIsBeingTakenAway() {
        node.put(HOLDER, 0);
        CompletableFuture<Void> carriedOut = new CompletableFuture<>();
        node.whenSubmitted(command -> deletes(command)
                ? carriedOut.thenApply(now -> node.apply(command))
                : CompletableFuture.completedFuture(node.apply(command)));
        campaign(call);
        call.cancel(null);
        releaseHolder();
        CompletableFuture<Queues.Place> again = campaign(Context.ROOT);
        carriedOut.complete(null);
        assertThat(keys()).containsExactly(again.join().createRevision());
    }

    @Test
    void shouldTakeAKeyAlongThatItMayHaveWrittenWhenTheClientGivesUp() {
        CompletableFuture<Reply> answer = new CompletableFuture<>();
        node.whenSubmitted(command -> {
            Reply reply = node.apply(command);
            return deletes(command) ? CompletableFuture.completedFuture(reply) : answer;
        });
        campaign(call);
        call.cancel(null);
        assertThat(keys()).hasSize(1);
        answer.completeExceptionally(new RaftException.Indeterminate("its leader died"));
        assertThat(keys()).isEmpty();
    }

    @Test
    void shouldLeaveAKeyThatWasThereBeforeWhenItsCallIsGivenUpWithoutAnAnswer() {
        Queues.Place held = campaign(Context.ROOT).join();
        CompletableFuture<Reply> answer = new CompletableFuture<>();
        node.whenSubmitted(command -> {
            Reply reply = node.apply(command);
            return deletes(command) ? CompletableFuture.completedFuture(reply) : answer;
        });
        campaign(call);
        call.cancel(null);
        answer.completeExceptionally(new RaftException.Indeterminate("its leader died"));
        assertThat(keys()).containsExactly(held.createRevision());
    }

    /** Nobody waits for the reads of a frozen node any more when it goes on. */
    @Test
    void shouldStopWatchingEvenIfItsClientGaveUpWhileTheNodeWasFrozen() {
        node.put(HOLDER, 0);
        campaign(call);
        assertThat(hub.size()).isEqualTo(2);
        node.failLocalReads(new RaftException.Unavailable("frozen"));
        call.cancel(null);
        node.failLocalReads(null);
        assertThat(hub.size()).isEqualTo(2);
        node.put("another", 0);
        assertThat(hub.size()).isZero();
    }
}
