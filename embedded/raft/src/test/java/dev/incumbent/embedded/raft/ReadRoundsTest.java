package dev.incumbent.embedded.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.microraft.QueryPolicy;
import io.microraft.RaftNode;
import io.microraft.impl.util.OrderedFuture;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReadRoundsTest implements ReadRounds.Host {

    private final List<OrderedFuture<Object>> begun = new ArrayList<>();
    private final List<String> told = new ArrayList<>();
    private final Queue<Runnable> later = new ArrayDeque<>();
    private final RaftNode raft = (RaftNode)
            Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {RaftNode.class}, (p, m, a) -> {
                assertThat(m.getName()).isEqualTo("query");
                begun.add(new OrderedFuture<>());
                return begun.get(begun.size() - 1);
            });
    private final ReadRounds rounds = new ReadRounds(this, raft, QueryPolicy.LINEARIZABLE);
    private boolean leads;
    private boolean ready;

    @BeforeEach
    void lead() {
        leads = true;
        ready = true;
    }

    private void ask(long number) {
        rounds.ask(new Message.AskIndex(2, number));
    }

    private void runLater() {
        for (Runnable task = later.poll(); task != null; task = later.poll()) {
            task.run();
        }
    }

    @Override
    public boolean leads() {
        return leads;
    }

    @Override
    public boolean ready() {
        return ready;
    }

    @Override
    public void answer(Message.AskIndex ask, long index) {
        told.add(ask.ask() + "@" + index);
    }

    @Override
    public void refuse(Message.AskIndex ask, String why) {
        told.add(ask.ask() + " refused");
    }

    @Override
    public void later(Runnable task) {
        later.add(task);
    }

    @Test
    void shouldKeepAsksThatComeDuringARoundForTheNext() {
        ask(1);
        ask(2);
        ask(3);
        assertThat(begun).hasSize(1);
        begun.get(0).complete(7, null);
        assertThat(told).containsExactly("1@7");
        runLater();
        assertThat(begun).hasSize(2);
        begun.get(1).complete(9, null);
        assertThat(told).containsExactly("1@7", "2@9", "3@9");
        runLater();
        assertThat(begun).hasSize(2);
    }

    @Test
    void shouldWaitUntilTheLeaderIsReady() {
        ready = false;
        ask(1);
        assertThat(begun).isEmpty();
        ready = true;
        rounds.advance();
        begun.get(0).complete(3, null);
        assertThat(told).containsExactly("1@3");
    }

    @Test
    void shouldRefuseWhenItDoesNotLead() {
        ready = false;
        ask(1);
        leads = false;
        rounds.advance();
        ask(2);
        assertThat(told).containsExactly("1 refused", "2 refused");
        assertThat(begun).isEmpty();
    }

    @Test
    void shouldRefuseARoundThatNoMajorityConfirms() {
        ask(1);
        begun.get(0).fail(new IllegalStateException("deposed"));
        assertThat(told).containsExactly("1 refused");
    }
}
