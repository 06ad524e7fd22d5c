package dev.incumbent.election.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.spi.Standing;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class QueueTest {

    private static final UUID ONE = UUID.fromString("11111111-1111-1111-1111-111111111111");
    private static final UUID TWO = UUID.fromString("22222222-2222-2222-2222-222222222222");
    private static final UUID THREE = UUID.fromString("33333333-3333-3333-3333-333333333333");

    private static String node(UUID attempt, String sequence) {
        return NodeName.prefix(attempt) + sequence;
    }

    @Test
    void shouldOrderBySequenceWhateverTheIdentity() {
        String first = node(THREE, "0000000001");
        String second = "latch-0000000002";
        String third = node(ONE, "0000000010");
        Queue queue = Queue.of("/p", List.of(third, "not-a-member", first, second));

        assertThat(queue.members()).extracting(NodeName::name).containsExactly(first, second, third);
        assertThat(queue.standing("/p/" + first)).isEqualTo(new Standing.Head());
        assertThat(queue.standing("/p/" + second)).isEqualTo(new Standing.Behind("/p/" + first, true));
        assertThat(queue.standing("/p/" + third)).isEqualTo(new Standing.Behind("/p/" + second, false));
        assertThat(queue.standing("/p/" + node(TWO, "0000000003"))).isEqualTo(new Standing.Gone());
        assertThat(queue.isAmbiguous()).isFalse();
    }

    @Test
    void shouldOrderByTransactionWhenTheCounterSticks() {
        String a = node(ONE, "2147483647");
        String b = node(TWO, "2147483647");
        String gone = node(THREE, "2147483646");
        Queue queue = Queue.of("/p", List.of(a, b, gone));

        assertThat(queue.isAmbiguous()).isTrue();
        Queue ordered = queue.byTransaction(Map.of(a, 9L, b, 5L));
        assertThat(ordered.members()).extracting(NodeName::name).containsExactly(b, a);
        assertThat(ordered.standing("/p/" + a)).isEqualTo(new Standing.Behind("/p/" + b, true));
    }

    @Test
    void shouldNotTrustTheOrderWhenTheCounterRanOver() {
        Queue queue = Queue.of("/p", List.of(node(ONE, "-2147483648"), node(TWO, "0000000007")));

        assertThat(queue.members()).hasSize(2);
        assertThat(queue.isAmbiguous()).isTrue();
    }

    @Test
    void shouldFindAnAttemptByItsIdentity() {
        Queue queue = Queue.of("/p", List.of(node(ONE, "0000000001"), node(TWO, "0000000002"), "latch-0000000003"));

        assertThat(queue.of(TWO)).map(NodeName::sequence).contains(2);
        assertThat(queue.of(THREE)).isEmpty();
    }

    @Test
    void shouldIgnoreWhatIsNoMember() {
        for (String name : List.of("", "x", "latch-", "latch-x", "_c_-latch", "lock-0000000001", "latch-99999999999")) {
            assertThat(NodeName.parse(name)).as(name).isEmpty();
        }
        assertThat(NodeName.parse("_c_not-a-uuid-that-is-36-characters-long--latch-0000000004"))
                .hasValueSatisfying(name -> assertThat(name.attempt()).isNull());
    }
}
