package dev.incumbent.election.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.incumbent.election.spi.IoLoop;
import io.etcd.jetcd.api.RangeResponse;
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

    private final IoLoop loop = new IoLoop("etcd");
    private final Deque<Sent> sent = new ArrayDeque<>();
    private final Batcher batcher = new Batcher(loop, TimeUnit.MINUTES.toNanos(1), txn -> {
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

    private static TxnRequest put(int bytes, long lease) {
        return TxnRequest.newBuilder()
                .addSuccess(Txns.put("x", ByteString.copyFrom(new byte[bytes]), lease))
                .build();
    }

    private static TxnRequest reading(String... names) {
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        for (String name : names) {
            txn.addSuccess(Txns.read(name));
        }
        return txn.build();
    }

    @Test
    void shouldTellAllThatWaitWhenNobodyIsReached() throws Exception {
        ask("x");
        ask("y");
        var waiting = ask("a", "b");
        Status away = Status.UNAVAILABLE.withDescription("io exception");

        answer(Reply.failed(away, false));

        assertThat(sent).as("nothing more is tried").hasSize(1);
        assertThat(waiting)
                .allMatch(answer ->
                        answer.join().status().equals(away) && !answer.join().sent());
    }

    @Test
    void shouldTellThatNothingWasSentWhenOneWaitsTooLong() throws Exception {
        Deque<Sent> unanswered = new ArrayDeque<>();
        Batcher impatient = new Batcher(loop, 1, txn -> {
            Sent request = new Sent(txn, new CompletableFuture<>());
            unanswered.add(request);
            return request.reply;
        });
        List<CompletableFuture<Reply<Batcher.Answer>>> waiting = new ArrayList<>();
        onLoop(() -> impatient.send("x", put(1, 1)));
        onLoop(() -> impatient.send("y", put(1, 1)));
        onLoop(() -> waiting.add(impatient.send("z", put(1, 1))));

        assertThat(waiting.get(0).get(10, TimeUnit.SECONDS).sent()).isFalse();
        assertThat(unanswered).as("what waited too long is not sent").hasSizeLessThan(3);
        assertThat(EtcdErrors.refusal(waiting.get(0).join().status())).isNull();
    }

    @Test
    void shouldSendOneByOneWhenOneOfSeveralLeasesIsGone() throws Exception {
        List<CompletableFuture<Reply<Batcher.Answer>>> answers = new ArrayList<>();
        onLoop(() -> {
            answers.add(batcher.send("a", put(1, 1)));
            answers.add(batcher.send("b", put(1, 2)));
        });
        Status gone = Status.NOT_FOUND.withDescription("etcdserver: requested lease not found");

        answer(Reply.failed(gone, true));
        assertThat(sent).hasSize(2);
        answer(Reply.failed(gone, true));
        answer(Reply.of(alone(5)));

        assertThat(answers).extracting(answer -> answer.join().isOk()).containsExactly(false, true);
    }

    @Test
    void shouldKeepARequestBelowWhatTheServerTakes() throws Exception {
        onLoop(() -> {
            for (int i = 0; i < Batcher.MOST; i++) {
                batcher.send("k" + i, put(64 * 1024, 1));
            }
        });

        assertThat(sent).hasSize(2);
        assertThat(sent)
                .allMatch(request -> request.txn().getSuccessCount() > 1)
                .allMatch(request -> request.txn().getSerializedSize() < 1024 * 1024);
    }

    @Test
    void shouldSendReadsFlatAndGiveEachItsPart() throws Exception {
        List<CompletableFuture<Reply<Batcher.Answer>>> answers = new ArrayList<>();
        onLoop(() -> {
            answers.add(batcher.send("one key", reading("a", "b")));
            answers.add(batcher.send("one key", reading("c")));
        });
        assertThat(sent).hasSize(1);
        assertThat(sent.element().txn().getSuccessList())
                .hasSize(3)
                .as("etcd answers a Txn with nested ones through its log")
                .allMatch(op -> op.hasRequestRange());
        TxnResponse.Builder response = alone(9).toBuilder();
        for (int count = 1; count <= 3; count++) {
            response.addResponses(ResponseOp.newBuilder()
                    .setResponseRange(RangeResponse.newBuilder().setCount(count)));
        }
        answer(Reply.of(response.build()));

        TxnResponse last = answers.get(1).join().get().response();
        assertThat(answers.get(0).join().get().response().getResponsesCount()).isEqualTo(2);
        assertThat(last.getResponsesCount()).isEqualTo(1);
        assertThat(last.getResponses(0).getResponseRange().getCount()).isEqualTo(3);
        assertThat(answers.get(1).join().get().revision()).isEqualTo(9);
    }

    @Test
    void shouldAskOnceForEqualReadsThatHaveNotLeft() throws Exception {
        List<CompletableFuture<Reply<Batcher.Answer>>> answers = new ArrayList<>();
        onLoop(() -> {
            for (int i = 0; i < 100; i++) {
                answers.add(batcher.send("generation", reading("generation")));
            }
        });
        assertThat(sent).hasSize(1);
        onLoop(() -> answers.add(batcher.send("generation", reading("generation"))));
        assertThat(sent).as("what has left may be older than the next question").hasSize(2);

        answer(Reply.of(alone(3)));
        answer(Reply.of(alone(4)));

        assertThat(answers.subList(0, 100))
                .allMatch(answer -> answer.join().get().revision() == 3);
        assertThat(answers.get(100).join().get().revision()).isEqualTo(4);
    }

    @Test
    void shouldGoOnWhenAnAnswerIsMalformed() throws Exception {
        ask("x");
        ask("y");
        var waiting = ask("a");

        answer(Reply.failed(Status.OK, true));

        assertThat(sent).hasSize(2);
        answer(Reply.of(alone(1)));
        answer(Reply.of(alone(2)));
        assertThat(waiting.get(0).join().get().revision()).isEqualTo(2);
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
