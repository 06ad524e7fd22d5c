package dev.incumbent.election.consul;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.spi.IoLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of the members of a batch of which some are at fault. */
final class BatcherTest {

    private static final Txn COMMON = Txn.of(Txn.checkIndex("generation", 7));

    private final IoLoop loop = new IoLoop("consul");
    private final List<Txn> sent = new CopyOnWriteArrayList<>();

    /** Whose lock names a session that does not exist, as Consul would say. */
    private String deadSession = "dead";

    private boolean otherGeneration;

    private final Batcher batcher = new Batcher(loop, Duration.ofSeconds(20).toNanos(), this::consul);

    @AfterEach
    void close() {
        loop.close();
    }

    private CompletableFuture<Reply<TxnAnswer>> consul(Txn txn) {
        sent.add(txn);
        List<TxnAnswer.Failure> failures = new ArrayList<>();
        for (int op = 0; op < txn.ops().size(); op++) {
            if (otherGeneration && txn.ops().get(op).key().equals("generation")) {
                failures.add(new TxnAnswer.Failure(op, "failed index check for key \"generation\""));
            }
            if (txn.ops().get(op).json().toString().contains("\"" + deadSession + "\"")) {
                failures.add(new TxnAnswer.Failure(op, "invalid session \"" + deadSession + "\""));
            }
        }
        CompletableFuture<Reply<TxnAnswer>> answer = new CompletableFuture<>();
        loop.execute(() -> answer.complete(new Reply<>(new TxnAnswer(java.util.Map.of(), failures), 1, null)));
        return answer;
    }

    private List<CompletableFuture<Reply<TxnAnswer>>> enter(String... sessions) throws Exception {
        List<CompletableFuture<Reply<TxnAnswer>>> answers = new ArrayList<>();
        CompletableFuture<Void> handedIn = new CompletableFuture<>();
        loop.execute(() -> {
            for (int i = 0; i < sessions.length; i++) {
                String key = "queue-" + i + "/" + sessions[i] + "-" + i;
                answers.add(batcher.send(
                        "queue-" + i,
                        COMMON,
                        Txn.of(Txn.lock(key, new byte[0], sessions[i], 0), Txn.getTree("queue-" + i))));
            }
            handedIn.complete(null);
        });
        handedIn.get(20, TimeUnit.SECONDS);
        for (CompletableFuture<?> answer : answers) {
            answer.get(20, TimeUnit.SECONDS);
        }
        return answers;
    }

    @Test
    void shouldNotBlameTheMembersOfALiveSessionWhenThatOfOthersIsDead() throws Exception {
        List<CompletableFuture<Reply<TxnAnswer>>> answers = enter("dead", "live", "dead", "live", "live");

        assertThat(answers)
                .extracting(answer -> answer.join().get().isDone())
                .containsExactly(false, true, false, true, true);
        assertThat(sent).as("all, then the innocent together").hasSize(2);
        assertThat(ConsulErrors.message(answers.get(2).join().get()))
                .as("each hears of its own fault alone")
                .isEqualTo("invalid session \"dead\"");
    }

    @Test
    void shouldTellAllWhenWhatTheyHaveInCommonIsWrong() throws Exception {
        otherGeneration = true;

        List<CompletableFuture<Reply<TxnAnswer>>> answers = enter("live", "live", "live");

        assertThat(answers).noneMatch(answer -> answer.join().get().isDone());
        assertThat(sent).hasSize(1);
    }

    @Test
    void shouldAnswerWhatWaitsWhenItsSessionHasEnded() throws Exception {
        CompletableFuture<Reply<TxnAnswer>> waiting = new CompletableFuture<>();
        loop.execute(() -> {
            CompletableFuture<Reply<TxnAnswer>> ours =
                    batcher.send("queue", COMMON, Txn.of(Txn.lock("queue/ended-1", new byte[0], "ended", 0)));
            batcher.giveUp(own -> own.ops().get(0).key().startsWith("queue/ended-"), "the session has ended");
            ours.thenAccept(waiting::complete);
        });

        Reply<TxnAnswer> reply = waiting.get(20, TimeUnit.SECONDS);

        assertThat(reply.isOk()).isFalse();
        assertThat(reply.why().sent()).isFalse();
        assertThat(sent).isEmpty();
    }
}
