package dev.incumbent.embedded.consul.internal.store;

import static dev.incumbent.embedded.consul.internal.store.Machine.lock;
import static dev.incumbent.embedded.consul.internal.store.Machine.set;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SnapshotTest {

    private final Machine machine = new Machine();

    private List<byte[]> snapshot() {
        String session = machine.session("one", true, 5_000_000_000L, Node.SERF_HEALTH);
        machine.does(lock("lock", session));
        for (int i = 0; i < 300; i++) {
            machine.does(set("many/" + i, "x".repeat(1000)));
        }
        machine.does(KvOp.of("delete", "many/5"));
        machine.apply(new Command.DestroySession(machine.session("two", false, 0)));
        return machine.state.snapshot();
    }

    @Test
    void shouldKeepEverything() {
        List<byte[]> parts = snapshot();
        assertThat(parts).hasSizeGreaterThan(1).allSatisfy(part -> assertThat(part.length)
                .isLessThan(200_000));
        ConsulMachine other = new ConsulMachine();
        other.restore(machine.index, parts);
        assertThat(new ArrayList<>(other.tree(""))).isEqualTo(new ArrayList<>(machine.state.tree("")));
        assertThat(new ArrayList<>(other.sessions())).isEqualTo(new ArrayList<>(machine.state.sessions()));
        assertThat(new ArrayList<>(other.nodes())).isEqualTo(new ArrayList<>(machine.state.nodes()));
        assertThat(other.sessionsIndex()).isEqualTo(machine.state.sessionsIndex());
        assertThat(other.treeIndex("many/")).isEqualTo(machine.state.treeIndex("many/"));
        assertThat(other.keysIndex()).isEqualTo(machine.state.keysIndex());
        assertThat(other.restores()).isEqualTo(1);
        // Who holds what is known, too.
        other.apply(machine.index + 1, 1, new Command.DestroySession(Machine.id("one")));
        assertThat(other.entry("lock")).isEmpty();
        assertThat(other.changes().delays()).hasSize(1);
    }

    @Test
    void shouldRefuseWhatIsDamagedOrIncomplete() {
        List<byte[]> parts = snapshot();
        ConsulMachine other = new ConsulMachine();
        assertThatThrownBy(() -> other.restore(1, List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> other.restore(1, parts.subList(0, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("missing or out of order");
        for (int at : new int[] {0, 5, 17, 40, parts.get(0).length - 1}) {
            List<byte[]> damaged = new ArrayList<>(parts);
            byte[] part = damaged.get(0).clone();
            part[at] ^= 4;
            damaged.set(0, part);
            assertThatThrownBy(() -> other.restore(1, damaged)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(other.keysIndex()).isZero();
        assertThat(other.restores()).isZero();
    }
}
