package dev.incumbent.embedded.consul.internal.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.embedded.consul.internal.store.Command;
import dev.incumbent.embedded.consul.internal.store.ConsulMachine;
import dev.incumbent.embedded.consul.internal.store.KvOp;
import dev.incumbent.embedded.consul.internal.store.Node;
import dev.incumbent.embedded.consul.internal.store.Session;
import java.util.List;
import org.junit.jupiter.api.Test;

/** On a clock that the test moves. Times are nanoseconds. */
class LockDelaysTest {

    private static final long DELAY = 100;

    private final ConsulMachine machine = new ConsulMachine();
    private final LockDelays delays = new LockDelays();
    private long index;

    private void apply(Command command, long now) {
        machine.apply(++index, 1, command);
        delays.applied(machine, now);
    }

    private void lockAndDestroy(int number, long now) {
        String id = String.format("00000000-0000-0000-0000-%012d", number);
        apply(new Command.CreateSession(new Session(id, "", "n", DELAY, false, "", 0, List.of(), null, 0)), now);
        KvOp lock = new KvOp("lock", "q/" + number, "", 0, id, 0);
        apply(new Command.Txn(List.of(lock), machine.delaysIndex()), now);
        apply(new Command.DestroySession(id), now);
    }

    @Test
    void shouldForbidALockUntilItsDelayIsOver() {
        apply(new Command.RegisterNode(Node.of("n", "id", 1, true)), 0);
        lockAndDestroy(1, 1000);
        assertThat(delays.forbids("q/1", 1000)).isTrue();
        assertThat(delays.forbids("q/1", 1000 + DELAY - 1)).isTrue();
        assertThat(delays.forbids("q/1", 1000 + DELAY)).isFalse();
        assertThat(delays.forbids("q/2", 1000)).isFalse();
    }

    @Test
    void shouldForgetWhatIsOverOnMembersThatNeverLead() {
        apply(new Command.RegisterNode(Node.of("n", "id", 1, true)), 0);
        for (int i = 1; i <= 1000; i++) {
            lockAndDestroy(i, i * DELAY);
        }
        assertThat(delays.size()).isEqualTo(1);
    }
}
