package dev.incumbent.embedded.etcd.internal.store;

import dev.incumbent.embedded.etcd.wire.DeleteRangeRequest;
import dev.incumbent.embedded.etcd.wire.PutRequest;
import dev.incumbent.embedded.etcd.wire.RangeRequest;
import dev.incumbent.embedded.etcd.wire.TxnRequest;
import dev.incumbent.embedded.etcd.wire.command.Command;
import java.util.Optional;

/** What etcd refuses before it proposes anything; no state is needed. Any thread. */
@SuppressWarnings("DoNotCallSuggester") // until it is there
public final class RequestChecks {

    private RequestChecks() {}

    private static UnsupportedOperationException todo() {
        return new UnsupportedOperationException("not there yet");
    }

    public static Optional<EtcdError> check(RangeRequest request) {
        throw todo();
    }

    public static Optional<EtcdError> check(PutRequest request) {
        throw todo();
    }

    public static Optional<EtcdError> check(DeleteRangeRequest request) {
        throw todo();
    }

    public static Optional<EtcdError> check(TxnRequest request) {
        throw todo();
    }

    /** Refuses what is too large for the log; every command is asked right before it is submitted. */
    public static Optional<EtcdError> checkSize(Command command) {
        throw todo();
    }

    /** Whether a Txn only reads, so that it needs no place in the log. */
    public static boolean readsOnly(TxnRequest request) {
        throw todo();
    }

    /** Whether all ranges of a Txn that only reads are serializable: it may be answered without the leader. */
    public static boolean serializable(TxnRequest request) {
        throw todo();
    }
}
