package dev.incumbent.election.consul;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.spi.IoLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is sent together and what is not. */
final class BatchSizeTest {

    private static final Txn COMMON = Txn.of(Txn.checkIndex("generation", 1), Txn.get("generation"));

    private final IoLoop loop = new IoLoop("consul");
    private final List<Txn> sent = new ArrayList<>();
    private final Batcher batcher = new Batcher(loop, TimeUnit.SECONDS.toNanos(20), this::send);

    @AfterEach
    void close() {
        loop.close();
    }

    private CompletableFuture<Reply<TxnAnswer>> send(Txn txn) {
        sent.add(txn);
        Reply<TxnAnswer> reply = new Reply<>(new TxnAnswer(Map.of(), List.of()), 0, null);
        CompletableFuture<Reply<TxnAnswer>> answer = new CompletableFuture<>();
        loop.execute(() -> answer.complete(reply));
        return answer;
    }

    private List<Boolean> ask(Txn common, List<String> keys) throws Exception {
        CompletableFuture<List<CompletableFuture<Reply<TxnAnswer>>>> asked = new CompletableFuture<>();
        loop.execute(() -> asked.complete(keys.stream()
                .map(key -> batcher.send(key, common, Txn.of(Txn.lock(key, new byte[1], "s", 0), Txn.getTree(key))))
                .toList()));
        List<Boolean> done = new ArrayList<>();
        for (CompletableFuture<Reply<TxnAnswer>> answer : asked.get(10, TimeUnit.SECONDS)) {
            done.add(answer.get(10, TimeUnit.SECONDS).get().isDone());
        }
        return done;
    }

    private static List<String> keys(int count) {
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            keys.add("key-" + i);
        }
        return keys;
    }

    @Test
    void shouldFillRequestsAndMakeWhatIsCommonOnce() throws Exception {
        assertThat(ask(COMMON, keys(100))).containsOnly(true);

        assertThat(sent).hasSize(4);
        assertThat(sent).allSatisfy(txn -> {
            assertThat(txn.ops()).hasSizeLessThanOrEqualTo(Txn.MOST_OPS);
            assertThat(txn.ops().subList(0, 2)).isEqualTo(COMMON.ops());
            assertThat(txn.json().split("check-index", -1)).hasSize(2);
        });
    }

    @Test
    void shouldNotSendTwoOfOnePlaceTogether() throws Exception {
        assertThat(ask(COMMON, List.of("same", "same", "other"))).containsOnly(true);

        assertThat(sent).hasSize(2);
        assertThat(sent.get(0).ops()).hasSize(6);
    }

    @Test
    void shouldNotMixThoseWhoCompareOtherThings() throws Exception {
        ask(COMMON, List.of("a"));
        ask(Txn.of(Txn.checkIndex("generation", 2)), List.of("b"));

        assertThat(sent).hasSize(2);
    }
}
