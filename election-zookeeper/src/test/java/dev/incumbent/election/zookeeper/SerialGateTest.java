package dev.incumbent.election.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SerialGateTest {

    private final SerialGate gate = new SerialGate();
    private final List<String> ran = new ArrayList<>();

    private Runnable task(String name) {
        return () -> ran.add(name);
    }

    @Test
    void shouldRunInOrderWhenATaskHandsInAnother() {
        gate.execute(() -> {
            gate.execute(task("second"));
            ran.add("first");
        });

        assertThat(ran).containsExactly("first", "second");
    }

    @Test
    void shouldHoldBackUntilOpened() {
        gate.execute(() -> {
            gate.shut();
            ran.add("the one that shuts");
        });
        gate.execute(task("held"));
        assertThat(ran).containsExactly("the one that shuts");

        gate.open(task("first of all"));

        assertThat(ran).containsExactly("the one that shuts", "first of all", "held");
    }

    @Test
    void shouldStayShutUntilOpenedAsOftenAsShut() {
        gate.shut();
        gate.shut();
        gate.execute(task("held"));

        gate.open(task("one"));
        assertThat(ran).isEmpty();
        gate.open(task("two"));

        assertThat(ran).containsExactly("two", "one", "held");
    }

    @Test
    void shouldGoOnWhenATaskThrows() {
        gate.execute(() -> {
            throw new IllegalStateException("expected by this test");
        });
        gate.execute(task("after"));

        assertThat(ran).containsExactly("after");
    }
}
