package dev.incumbent.election.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.spi.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.OpResult;
import org.junit.jupiter.api.Test;

final class OrderingTest {

    private final Ordering ordering = new Ordering();
    private final List<String> sent = new ArrayList<>();
    private final List<CompletableFuture<Reply<List<OpResult>>>> barriers = new ArrayList<>();

    private CompletableFuture<Reply<List<OpResult>>> barrier() {
        sent.add("barrier");
        CompletableFuture<Reply<List<OpResult>>> reply = new CompletableFuture<>();
        barriers.add(reply);
        return reply;
    }

    private CompletableFuture<Outcome<String>> read(String name) {
        return ordering.behind(this::barrier, () -> {
            sent.add(name);
            return CompletableFuture.completedFuture(new Outcome.Done<>(name));
        });
    }

    private void answer(int barrier, Code code) {
        barriers.get(barrier).complete(Reply.of(code.intValue(), List.of(), "/"));
    }

    @Test
    void shouldSendTheReadWithItsBarrier() {
        CompletableFuture<Outcome<String>> one = read("one");

        assertThat(sent).containsExactly("barrier", "one");
        assertThat(one).isNotDone();
        answer(0, Code.OK);
        assertThat(one).isCompletedWithValue(new Outcome.Done<>("one"));
    }

    @Test
    void shouldNotSendAReadBehindABarrierThatIsOlder() {
        read("one");
        CompletableFuture<Outcome<String>> two = read("two");
        CompletableFuture<Outcome<String>> three = read("three");
        assertThat(sent).containsExactly("barrier", "one");

        answer(0, Code.OK);

        assertThat(sent).containsExactly("barrier", "one", "barrier", "two", "three");
        assertThat(two).isNotDone();
        answer(1, Code.NONODE);
        assertThat(two).isCompletedWithValue(new Outcome.Done<>("two"));
        assertThat(three).isCompletedWithValue(new Outcome.Done<>("three"));
        read("four");
        assertThat(sent).endsWith("barrier", "four");
    }

    @Test
    void shouldNotBelieveAReadWhoseBarrierWasLost() {
        CompletableFuture<Outcome<String>> one = read("one");
        CompletableFuture<Outcome<String>> two = read("two");

        answer(0, Code.CONNECTIONLOSS);

        assertThat(one.join()).isInstanceOf(Outcome.Unavailable.class);
        answer(1, Code.OK);
        assertThat(two.join()).isInstanceOf(Outcome.Done.class);
    }
}
