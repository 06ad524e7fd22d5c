package dev.incumbent.embedded.consul.internal.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.embedded.consul.internal.store.Command;
import dev.incumbent.embedded.consul.internal.store.KvOp;
import dev.incumbent.embedded.consul.internal.store.Node;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the leader does by itself, on a clock that the test moves. Times are seconds. */
class ChoresTest {

    private static final long SECOND = 1_000_000_000L;

    private final LocalNode node = new LocalNode();
    private final Set<Integer> down = new HashSet<>();
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
    private final long begin = System.nanoTime();
    private final Chores chores = new Chores(
            new Backend(
                    node,
                    new ServerSettings(
                            "dc1",
                            Duration.ofSeconds(10),
                            Duration.ofSeconds(7),
                            Duration.ofMillis(400),
                            Duration.ofMillis(50),
                            Duration.ofMinutes(15),
                            Optional.of(Duration.ofSeconds(5)),
                            Optional.empty(),
                            Access.OPEN),
                    timer),
            new SessionClocks(),
            new Members());

    private final class Members implements Cluster {
        @Override
        public List<Integer> numbers() {
            return List.of(1, 2);
        }

        @Override
        public String name(int number) {
            return "n" + number;
        }

        @Override
        public String id(int number) {
            return "id" + number;
        }

        @Override
        public int port(int number) {
            return 8500 + number;
        }

        @Override
        public boolean up(int number) {
            return !down.contains(number);
        }
    }

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    private void sweepAt(long seconds) {
        chores.sweep(begin + seconds * SECOND);
    }

    private boolean passes(String name) {
        return node.machine.node(name).filter(Node::passing).isPresent();
    }

    @Test
    void shouldRegisterAllMembersOnce() {
        sweepAt(0);
        assertThat(node.machine.nodes()).hasSize(2);
        sweepAt(1);
        assertThat(node.submitted).hasSize(2);
    }

    @Test
    void shouldDoNothingWhereItDoesNotLead() {
        node.leads = false;
        sweepAt(0);
        assertThat(node.submitted).isEmpty();
    }

    @Test
    void shouldFailANodeThatIsDownForLongAndNoSooner() {
        sweepAt(0);
        down.add(2);
        sweepAt(10);
        sweepAt(14);
        assertThat(passes("n2")).isTrue();
        sweepAt(16);
        assertThat(passes("n2")).isFalse();
        down.remove(2);
        sweepAt(20);
        assertThat(passes("n2")).isTrue();
    }

    @Test
    void shouldNotTakeANodeForDownSinceAnEarlierTermInWhichItWas() {
        sweepAt(0);
        down.add(2);
        sweepAt(10);
        // Another leads for a minute, and the node returns; then it dies again, and this one leads again.
        node.term = 5;
        sweepAt(70);
        assertThat(passes("n2")).isTrue();
        sweepAt(74);
        assertThat(passes("n2")).isTrue();
        sweepAt(76);
        assertThat(passes("n2")).isFalse();
    }

    @Test
    void shouldForgetTombstonesAfterTheirTimeAndBeforeTwiceThat() {
        node.submit(new Command.Txn(List.of(new KvOp("set", "t/a", "", 0, "", 0)), Long.MAX_VALUE));
        node.submit(new Command.Txn(List.of(KvOp.of("delete", "t/a")), Long.MAX_VALUE));
        long deleted = node.machine.treeIndex("t/");
        for (long seconds = 0; seconds < 15 * 60; seconds += 60) {
            sweepAt(seconds);
            assertThat(node.machine.youngestTombstone()).isEqualTo(deleted);
        }
        for (long seconds = 15 * 60; seconds <= 31 * 60; seconds += 60) {
            sweepAt(seconds);
        }
        assertThat(node.machine.youngestTombstone()).isZero();
    }
}
