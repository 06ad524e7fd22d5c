package dev.incumbent.embedded.raft;

import static dev.incumbent.embedded.raft.RegisterHistory.Operation.put;
import static dev.incumbent.embedded.raft.RegisterHistory.Operation.read;
import static dev.incumbent.embedded.raft.RegisterHistory.Operation.unknown;
import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.embedded.raft.RegisterHistory.Operation;
import java.util.List;
import org.junit.jupiter.api.Test;

class RegisterHistoryTest {

    private static boolean linearizable(Operation... operations) {
        return RegisterHistory.isLinearizable(List.of(operations), "0");
    }

    @Test
    void shouldAcceptWhatHasAnOrder() {
        assertThat(linearizable(put(1, 2, "a", "0"), read(3, 4, "a"), put(5, 6, "b", "a"), read(7, 8, "b")))
                .isTrue();
        assertThat(linearizable(put(1, 9, "a", "0"), read(2, 3, "0"), read(4, 5, "a"), read(6, 7, "a")))
                .isTrue();
        assertThat(linearizable(put(1, 9, "a", "b"), put(1, 9, "b", "0"), read(10, 11, "a")))
                .isTrue();
    }

    @Test
    void shouldRefuseAStaleRead() {
        assertThat(linearizable(put(1, 2, "a", "0"), read(3, 4, "0"))).isFalse();
        assertThat(linearizable(put(1, 9, "a", "0"), read(2, 3, "a"), read(4, 5, "0")))
                .isFalse();
    }

    @Test
    void shouldRefuseALostWrite() {
        assertThat(linearizable(put(1, 2, "a", "0"), put(3, 4, "b", "0"))).isFalse();
        assertThat(linearizable(put(1, 2, "a", "0"), put(1, 2, "b", "0"))).isFalse();
    }

    @Test
    void shouldLetAnUnknownWriteHappenAtAnyTimeOrNever() {
        assertThat(linearizable(unknown(1, "a", null), read(2, 3, "0"), read(8, 9, "a")))
                .isTrue();
        assertThat(linearizable(unknown(1, "a", null), read(8, 9, "0"))).isTrue();
        assertThat(linearizable(unknown(5, "a", null), read(2, 3, "a"))).isFalse();
        assertThat(linearizable(unknown(1, "a", null), read(2, 3, "a"), read(4, 5, "0")))
                .isFalse();
    }

    @Test
    void shouldCarryAConditionalWriteOutOnlyWhereItsConditionHolds() {
        Operation refused = new Operation(3, 4, "b", "x", "a");
        assertThat(linearizable(put(1, 2, "a", "0"), refused, read(5, 6, "a"))).isTrue();
        assertThat(linearizable(put(1, 2, "a", "0"), refused, read(5, 6, "b"))).isFalse();
        assertThat(linearizable(unknown(1, "b", "x"), read(5, 6, "b"))).isFalse();
    }
}
