package dev.incumbent.election.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.ResponseOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.grpc.Status;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which Txns travel together, and what becomes of each when the request fails. */
final class BatcherTest {

    private record Sent(TxnRequest txn, CompletableFuture<Reply<TxnResponse>> reply) {}

    private final Loop loop = new Loop();
    private final Deque<Sent> sent = new ArrayDeque<>();
    private final Batcher batcher = new Batcher(loop, txn -> {
        Sent request = new Sent(txn, new CompletableFuture<>());
        sent.add(request);
        return request.reply;
    });

    @AfterEach
    void close() {
        loop.close();
    }

    private void onLoop(Runnable task) throws Exception {
        CompletableFuture<Void> done = new CompletableFuture<>();
        loop.execute(() -> {
            task.run();
            loop.execute(() -> loop.execute(() -> done.complete(null)));
        });
        done.get(10, TimeUnit.SECONDS);
    }

    private List<CompletableFuture<Reply<Batcher.Answer>>> ask(String... keys) throws Exception {
        List<CompletableFuture<Reply<Batcher.Answer>>> answers = new ArrayList<>();
        onLoop(() -> {
            for (String key : keys) {
                TxnRequest txn =
                        TxnRequest.newBuilder().addSuccess(Txns.delete(key)).build();
                answers.add(batcher.send(key, txn));
            }
        });
        return answers;
    }

    private void answer(Reply<TxnResponse> reply) throws Exception {
        Sent first = sent.remove();
        onLoop(() -> first.reply.complete(reply));
    }

    private static TxnResponse alone(long revision) {
        return TxnResponse.newBuilder()
                .setHeader(ResponseHeader.newBuilder().setRevision(revision))
                .setSucceeded(true)
                .build();
    }

    private static TxnResponse together(long revision, int members) {
        TxnResponse.Builder response = alone(revision).toBuilder();
        for (int i = 0; i < members; i++) {
            response.addResponses(ResponseOp.newBuilder()
                    .setResponseTxn(TxnResponse.newBuilder().setSucceeded(i % 2 == 0)));
        }
        return response.build();
    }

    @Test
    void shouldSendOneAloneAndAsItIs() throws Exception {
        var answers = ask("a");

        assertThat(sent).hasSize(1);
        assertThat(sent.peek().txn().getSuccess(0).hasRequestDeleteRange()).isTrue();
        answer(Reply.of(alone(7)));

        assertThat(answers.get(0).join().get().revision()).isEqualTo(7);
    }

    @Test
    void shouldGiveEachItsOwnAnswerWhenSentTogether() throws Exception {
        var answers = ask("a", "b", "c");

        assertThat(sent).hasSize(1);
        answer(Reply.of(together(9, 3)));

        assertThat(answers)
                .extracting(answer -> answer.join().get().response().getSucceeded())
                .containsExactly(true, false, true);
        assertThat(answers).allMatch(answer -> answer.join().get().revision() == 9);
    }

    @Test
    void shouldNotSendTwoOfOneKeyTogether() throws Exception {
        ask("a", "b", "a");

        assertThat(sent).hasSize(2);
        assertThat(sent.removeFirst().txn().getSuccessCount()).isEqualTo(2);
        assertThat(sent.removeFirst().txn().getSuccess(0).hasRequestDeleteRange())
                .isTrue();
    }

    @Test
    void shouldGatherWhileTwoAreUnderWayAndSendThirtyTwoAtMost() throws Exception {
        ask("x");
        ask("y");
        String[] keys = new String[40];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = "k" + i;
        }
        var answers = ask(keys);
        assertThat(sent).hasSize(2);

        answer(Reply.of(alone(1)));
        assertThat(sent).hasSize(2);
        assertThat(sent.peekLast().txn().getSuccessCount()).isEqualTo(Batcher.MOST);
        answer(Reply.of(alone(2)));
        assertThat(sent.peekLast().txn().getSuccessCount()).isEqualTo(40 - Batcher.MOST);
        answer(Reply.of(together(3, Batcher.MOST)));
        answer(Reply.of(together(4, 8)));

        assertThat(answers).allMatch(CompletableFuture::isDone);
    }

    @Test
    void shouldSendOneByOneWhenRefusedForTheFaultOfOne() throws Exception {
        var answers = ask("a", "b", "c");

        answer(Reply.failed(Status.PERMISSION_DENIED, true));

        assertThat(sent).hasSize(3);
        answer(Reply.of(alone(5)));
        answer(Reply.failed(Status.PERMISSION_DENIED, true));
        answer(Reply.of(alone(6)));
        assertThat(answers).extracting(answer -> answer.join().isOk()).containsExactly(true, false, true);
    }

    @Test
    void shouldNotSendAgainWhenTheOutcomeIsOpenOrTheLeaseIsGone() throws Exception {
        for (Status status : List.of(
                Status.UNAVAILABLE.withDescription("etcdserver: request timed out"),
                Status.NOT_FOUND.withDescription("etcdserver: requested lease not found"))) {
            var answers = ask("a", "b");

            answer(Reply.failed(status, true));

            assertThat(sent).isEmpty();
            assertThat(answers).allMatch(answer -> answer.join().status().equals(status));
        }
    }
}
