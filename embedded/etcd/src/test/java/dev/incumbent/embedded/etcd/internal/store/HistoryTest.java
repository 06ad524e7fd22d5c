package dev.incumbent.embedded.etcd.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.incumbent.embedded.etcd.wire.CompactionRequest;
import dev.incumbent.embedded.etcd.wire.DeleteRangeRequest;
import dev.incumbent.embedded.etcd.wire.HashKVResponse;
import dev.incumbent.embedded.etcd.wire.PutRequest;
import dev.incumbent.embedded.etcd.wire.command.Command;
import java.util.List;
import org.junit.jupiter.api.Test;

class HistoryTest {

    private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

    private final EtcdMachine machine = new EtcdMachine();
    private long index;

    private void put(EtcdMachine into, String key, int bytes) {
        into.apply(
                ++index,
                1,
                Command.newBuilder()
                        .setPut(PutRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8(key))
                                .setValue(ByteString.copyFrom(new byte[bytes])))
                        .build());
    }

    private void deleteAll(EtcdMachine in) {
        in.apply(
                ++index,
                1,
                Command.newBuilder()
                        .setDeleteRange(
                                DeleteRangeRequest.newBuilder().setKey(ZERO).setRangeEnd(ZERO))
                        .build());
    }

    private void compact(EtcdMachine in, long revision) {
        Reply reply = in.apply(
                ++index,
                1,
                Command.newBuilder()
                        .setCompact(CompactionRequest.newBuilder().setRevision(revision))
                        .build());
        assertThat(reply).isInstanceOf(Reply.Ok.class);
    }

    private List<Long> revisions(long from, int maxBytes) {
        return machine.changes(from, maxBytes).stream().map(Revision::revision).toList();
    }

    @Test
    void shouldGiveRevisionsUntilTheyAreEnough() {
        for (int i = 0; i < 5; i++) {
            put(machine, "k" + i, 1000);
        }
        assertThat(revisions(2, 1)).containsExactly(2L);
        assertThat(revisions(2, 1500)).containsExactly(2L, 3L);
        assertThat(revisions(3, Integer.MAX_VALUE)).containsExactly(3L, 4L, 5L, 6L);
        assertThat(revisions(7, Integer.MAX_VALUE)).isEmpty();
    }

    @Test
    void shouldNeverSplitARevision() {
        for (int i = 0; i < 5; i++) {
            put(machine, "k" + i, 1000);
        }
        deleteAll(machine);
        List<Revision> told = machine.changes(7, 1);
        assertThat(told).hasSize(1);
        assertThat(told.get(0).changes()).hasSize(5).allSatisfy(change -> assertThat(change.previous())
                .isNotNull());
    }

    @Test
    void shouldTellOfTheCompactedRevisionButOfNothingBefore() {
        put(machine, "a", 1);
        put(machine, "a", 2);
        deleteAll(machine);
        compact(machine, 4);
        assertThat(revisions(4, Integer.MAX_VALUE)).containsExactly(4L);
        assertThat(machine.changes(4, 1).get(0).changes().get(0).previous())
                .as("it was compacted")
                .isNull();
        assertThatThrownBy(() -> machine.changes(3, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    private static int hash(EtcdMachine of, long revision) {
        return ((HashKVResponse) ((Reply.Ok) of.hashKv(revision)).body()).getHash();
    }

    @Test
    void shouldHashThePastAsItWas() {
        put(machine, "a", 1);
        int before = hash(machine, 0);
        put(machine, "b", 1);
        assertThat(hash(machine, 2)).isEqualTo(before);
        assertThat(hash(machine, 3)).isEqualTo(hash(machine, 0)).isNotEqualTo(before);
        assertThat(machine.hashKv(4)).isEqualTo(new Reply.Refused(EtcdError.FUTURE_REVISION, 3));
    }

    @Test
    void shouldHashDifferentValuesDifferently() {
        EtcdMachine other = new EtcdMachine();
        put(machine, "a", 1);
        put(other, "a", 2);
        assertThat(hash(other, 0)).isNotEqualTo(hash(machine, 0));
        assertThat(other.hash()).isNotEqualTo(machine.hash());
    }

    @Test
    void shouldBeTheSameOnEveryMember() {
        for (long seed = 0; seed < 20; seed++) {
            EtcdMachine one = new EtcdMachine();
            EtcdMachine other = new EtcdMachine();
            RandomCommands random = new RandomCommands(seed);
            for (long i = 1; i <= 100; i++) {
                Command command = random.command(one.revision(), i);
                Reply reply = one.apply(i, RandomCommands.TERM, command);
                // The other member reads its command from the log, and joins late from a snapshot now and then.
                CommandBytes codec = new CommandBytes();
                Reply otherReply = other.apply(i, RandomCommands.TERM, codec.decode(codec.encode(command)));
                assertThat(otherReply).as("seed %d", seed).isEqualTo(reply);
                if (random.once(20)) {
                    other.restore(i, one.snapshot());
                }
            }
            assertThat(other.hash()).as("seed %d", seed).isEqualTo(one.hash());
        }
    }
}
