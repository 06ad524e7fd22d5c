package dev.incumbent.embedded.raft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.embedded.raft.RegisterHistory.Operation;
import dev.incumbent.embedded.raft.Registers.Command;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Concurrent clients of a cluster that is broken all the time. {@code -Dseed=} repeats the faults and the clients' choices. */
class LinearizabilityTest {

    private static final int CLIENTS = 6;
    /** A register is left alone after this long, so that each history stays short. */
    private static final long EPOCH_NANOS = Duration.ofMillis(250).toNanos();

    private final Map<String, List<Operation>> histories = new ConcurrentHashMap<>();
    private final AtomicInteger values = new AtomicInteger();

    @Test
    void shouldBeLinearizableUnderFaults() throws InterruptedException {
        run(3, Duration.ofSeconds(6));
    }

    @Tag("full")
    @RepeatedTest(10)
    void shouldBeLinearizableUnderFaultsForLong() throws InterruptedException {
        run(3, Duration.ofSeconds(12));
        run(5, Duration.ofSeconds(12));
    }

    private void run(int nodes, Duration duration) throws InterruptedException {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("linearizability, " + nodes + " nodes, seed " + seed);
        histories.clear();
        try (Story story = Story.of(nodes, builder -> builder.snapshotEvery(50)
                .requestTimeout(Duration.ofMillis(600))
                .heartbeat(Duration.ofMillis(25))
                .electionTimeout(Duration.ofMillis(200)))) {
            story.settledLeader();
            long end = System.nanoTime() + duration.toNanos();
            RandomFaults faults = new RandomFaults(story.cluster(), seed);
            Thread breaker = new Thread(faults);
            List<Thread> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                Random random = new Random(seed + i);
                clients.add(new Thread(() -> operate(story, random, end)));
            }
            breaker.start();
            clients.forEach(Thread::start);
            for (Thread client : clients) {
                client.join();
            }
            faults.stop();
            breaker.join();
        }
        verify(seed);
    }

    private void verify(long seed) {
        int known = 0;
        int unknown = 0;
        for (Map.Entry<String, List<Operation>> history : histories.entrySet()) {
            assertThat(RegisterHistory.isLinearizable(history.getValue(), Registers.NONE))
                    .as("register %s, seed %d: %s", history.getKey(), seed, history.getValue())
                    .isTrue();
            int open = (int) history.getValue().stream()
                    .filter(operation -> operation.result() == null)
                    .count();
            unknown += open;
            known += history.getValue().size() - open;
        }
        System.out.println(
                known + " operations answered, " + unknown + " left open, in " + histories.size() + " registers");
        assertThat(known).as("something was seen").isGreaterThan(100);
    }

    private void operate(Story story, Random random, long end) {
        while (System.nanoTime() < end) {
            String register = "r" + System.nanoTime() / EPOCH_NANOS + "-" + random.nextInt(2);
            RaftNode<Registers, Command, String> node =
                    story.node(1 + random.nextInt(story.cluster().size()));
            operation(node, register, random);
            LockSupport.parkNanos(random.nextInt(4_000_000));
        }
    }

    private void operation(RaftNode<Registers, Command, String> node, String register, Random random) {
        String value = random.nextInt(2) == 0 ? null : "v" + values.incrementAndGet();
        String expected = random.nextInt(3) == 0 ? "v" + Math.max(0, values.get() - random.nextInt(4)) : null;
        long began = System.nanoTime();
        try {
            String result = value == null
                    ? Story.get(node.read(registers -> registers.get(register)))
                    : Story.get(node.submit(new Command(register, value, expected)));
            add(register, began, System.nanoTime(), value, expected, result);
        } catch (RaftException.Unavailable e) {
            // It had no effect, and the checker holds us to that: it is not in the history.
        } catch (RaftException.Indeterminate e) {
            add(register, began, Long.MAX_VALUE, value, expected, null);
        }
    }

    private void add(
            String register,
            long began,
            long ended,
            @Nullable String value,
            @Nullable String expected,
            @Nullable String result) {
        histories
                .computeIfAbsent(register, name -> new CopyOnWriteArrayList<>())
                .add(new Operation(began, ended, value, expected, result));
    }
}
