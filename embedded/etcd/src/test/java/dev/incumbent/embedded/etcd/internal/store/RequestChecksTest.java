package dev.incumbent.embedded.etcd.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.incumbent.embedded.etcd.wire.Compare;
import dev.incumbent.embedded.etcd.wire.DeleteRangeRequest;
import dev.incumbent.embedded.etcd.wire.PutRequest;
import dev.incumbent.embedded.etcd.wire.RangeRequest;
import dev.incumbent.embedded.etcd.wire.RequestOp;
import dev.incumbent.embedded.etcd.wire.TxnRequest;
import dev.incumbent.embedded.etcd.wire.command.Command;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What {@link RulesTest} cannot write down in a line: many operations, large ones, deep ones. */
class RequestChecksTest {

    private static RequestOp put(String key) {
        return RequestOp.newBuilder()
                .setRequestPut(PutRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)))
                .build();
    }

    private static RequestOp range(boolean serializable) {
        return RequestOp.newBuilder()
                .setRequestRange(RangeRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8("k"))
                        .setSerializable(serializable))
                .build();
    }

    private static RequestOp nested(TxnRequest txn) {
        return RequestOp.newBuilder().setRequestTxn(txn).build();
    }

    private static TxnRequest puts(String prefix, int count) {
        return TxnRequest.newBuilder()
                .addAllSuccess(
                        IntStream.range(0, count).mapToObj(i -> put(prefix + i)).toList())
                .build();
    }

    @Test
    void shouldCountTheOperationsOfOneBranch() {
        TxnRequest most = puts("s", 128).toBuilder()
                .addAllFailure(puts("f", 128).getSuccessList())
                .build();
        assertThat(RequestChecks.check(most)).isEmpty();
        assertThat(RequestChecks.check(puts("s", 129))).contains(EtcdError.TOO_MANY_OPERATIONS);
    }

    @Test
    void shouldCountComparisonsAsOperations() {
        Compare compare =
                Compare.newBuilder().setKey(ByteString.copyFromUtf8("k")).build();
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        IntStream.range(0, 128).forEach(i -> txn.addCompare(compare));
        assertThat(RequestChecks.check(txn.build())).isEmpty();
        assertThat(RequestChecks.check(txn.addCompare(compare).build())).contains(EtcdError.TOO_MANY_OPERATIONS);
    }

    @Test
    void shouldLeaveNestedTxnsWhatTheOuterOneDoesNotUse() {
        TxnRequest fits =
                puts("o", 27).toBuilder().addSuccess(nested(puts("i", 100))).build();
        TxnRequest tooMany =
                puts("o", 27).toBuilder().addSuccess(nested(puts("i", 101))).build();
        assertThat(RequestChecks.check(fits)).isEmpty();
        assertThat(RequestChecks.check(tooMany)).contains(EtcdError.TOO_MANY_OPERATIONS);
    }

    @Test
    void shouldRefuseWhatIsLargerThanTheLogTakes() {
        PutRequest put = PutRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8("k"))
                .setValue(ByteString.copyFrom(new byte[3 << 19]))
                .build();
        Command large = Command.newBuilder().setPut(put).build();
        Command smaller = Command.newBuilder()
                .setPut(put.toBuilder().setValue(put.getValue().substring(100)))
                .build();
        assertThat(RequestChecks.checkSize(large)).contains(EtcdError.REQUEST_TOO_LARGE);
        assertThat(RequestChecks.checkSize(smaller)).isEmpty();
    }

    @Test
    void shouldRefuseSortOptionsThatDoNotExist() {
        RangeRequest range =
                RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("k")).build();
        assertThat(RequestChecks.check(range)).isEmpty();
        assertThat(RequestChecks.check(range.toBuilder().setSortOrderValue(3).build()))
                .contains(EtcdError.INVALID_SORT_OPTION);
        assertThat(RequestChecks.check(range.toBuilder().setSortTargetValue(9).build()))
                .contains(EtcdError.INVALID_SORT_OPTION);
    }

    @Test
    void shouldTellReadsFromWrites() {
        TxnRequest reads = TxnRequest.newBuilder()
                .addSuccess(range(true))
                .addFailure(range(false))
                .build();
        assertThat(RequestChecks.readsOnly(reads)).isTrue();
        assertThat(RequestChecks.serializable(reads)).isFalse();
        assertThat(RequestChecks.readsOnly(
                        reads.toBuilder().addFailure(put("k")).build()))
                .isFalse();
        TxnRequest local = TxnRequest.newBuilder().addSuccess(range(true)).build();
        assertThat(RequestChecks.serializable(local)).isTrue();
        TxnRequest nested = TxnRequest.newBuilder().addSuccess(nested(local)).build();
        assertThat(RequestChecks.readsOnly(nested)).isFalse();
        assertThatThrownBy(() -> new EtcdMachine().readTxn(nested, Caller.NOBODY))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldNotCompareOldStateForWhoDidNotAskForIt() {
        TxnRequest compares = TxnRequest.newBuilder()
                .addCompare(Compare.newBuilder().setKey(ByteString.copyFromUtf8("k")))
                .build();
        assertThat(RequestChecks.readsOnly(compares)).isTrue();
        assertThat(RequestChecks.serializable(compares)).isFalse();
    }

    @Test
    void shouldReadBackFromTheLogWhateverCouldComeIn() {
        TxnRequest txn = puts("k", 1);
        for (TxnRequest deeper = txn; canComeIn(deeper); ) {
            txn = deeper;
            deeper = TxnRequest.newBuilder().addSuccess(nested(txn)).build();
        }
        CommandBytes codec = new CommandBytes();
        Command command = Command.newBuilder().setTxn(txn).build();
        assertThat(codec.decode(codec.encode(command))).isEqualTo(command);
        assertThatThrownBy(() -> Command.parseFrom(command.toByteArray()))
                .as("without care it could not be read")
                .isInstanceOf(InvalidProtocolBufferException.class);
    }

    private static boolean canComeIn(TxnRequest txn) {
        try {
            return TxnRequest.parseFrom(txn.toByteArray()).isInitialized();
        } catch (InvalidProtocolBufferException tooDeep) {
            return false;
        }
    }

    @Test
    void shouldRefuseToKeepWhatTheSameTxnDeletes() {
        // A real etcd ends itself on this one; it is not in the table of rules therefore.
        EtcdMachine machine = new EtcdMachine();
        machine.apply(1, 1, Command.newBuilder().setTxn(puts("k", 1)).build());
        TxnRequest txn = TxnRequest.newBuilder()
                .addSuccess(RequestOp.newBuilder()
                        .setRequestDeleteRange(DeleteRangeRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8("a"))
                                .setRangeEnd(ByteString.copyFrom(new byte[1]))))
                .addSuccess(RequestOp.newBuilder()
                        .setRequestPut(PutRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8("k0"))
                                .setIgnoreValue(true)))
                .build();
        assertThat(RequestChecks.check(txn)).isEmpty();
        assertThat(machine.apply(2, 1, Command.newBuilder().setTxn(txn).build()))
                .isEqualTo(new Reply.Refused(EtcdError.KEY_NOT_FOUND, 2));
        assertThat(machine.revision()).isEqualTo(2);
    }
}
