package dev.incumbent.election.etcd;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeRequest.SortOrder;
import io.etcd.jetcd.api.RangeRequest.SortTarget;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.TxnRequest;

/** The parts that requests are made of. Every request of this adapter but those about leases is a Txn. */
final class Txns {

    /** How many comparisons, or operations, etcd takes in one Txn unless it is configured otherwise. */
    static final int MOST_OPS = 128;

    private Txns() {}

    static Compare createdAt(String name, long revision) {
        return Compare.newBuilder()
                .setKey(Layout.key(name))
                .setTarget(Compare.CompareTarget.CREATE)
                .setResult(Compare.CompareResult.EQUAL)
                .setCreateRevision(revision)
                .build();
    }

    static Compare absent(String name) {
        return createdAt(name, 0);
    }

    /** False where the key is missing. */
    static Compare holds(String name, ByteString value) {
        return Compare.newBuilder()
                .setKey(Layout.key(name))
                .setTarget(Compare.CompareTarget.VALUE)
                .setResult(Compare.CompareResult.EQUAL)
                .setValue(value)
                .build();
    }

    static RequestOp put(String name, ByteString value, long lease) {
        return RequestOp.newBuilder()
                .setRequestPut(PutRequest.newBuilder()
                        .setKey(Layout.key(name))
                        .setValue(value)
                        .setLease(lease))
                .build();
    }

    static RequestOp delete(String name) {
        return RequestOp.newBuilder()
                .setRequestDeleteRange(DeleteRangeRequest.newBuilder().setKey(Layout.key(name)))
                .build();
    }

    static RequestOp deleteAll(String prefix) {
        return RequestOp.newBuilder()
                .setRequestDeleteRange(DeleteRangeRequest.newBuilder()
                        .setKey(Layout.key(prefix))
                        .setRangeEnd(Layout.key(Layout.endOf(prefix))))
                .build();
    }

    static RequestOp range(RangeRequest.Builder range) {
        return RequestOp.newBuilder().setRequestRange(range).build();
    }

    static RequestOp read(String name) {
        return range(RangeRequest.newBuilder().setKey(Layout.key(name)));
    }

    /** Reads everything about a key but its value. */
    static RequestOp readNumbers(String name) {
        return range(RangeRequest.newBuilder().setKey(Layout.key(name)).setKeysOnly(true));
    }

    /** All keys below a prefix, the oldest first. */
    static RangeRequest.Builder byAge(String prefix) {
        return RangeRequest.newBuilder()
                .setKey(Layout.key(prefix))
                .setRangeEnd(Layout.key(Layout.endOf(prefix)))
                .setSortTarget(SortTarget.CREATE)
                .setSortOrder(SortOrder.ASCEND);
    }

    static RequestOp oldest(String prefix) {
        return range(byAge(prefix).setLimit(1).setKeysOnly(true));
    }

    static RequestOp youngestTwo(String prefix) {
        return range(byAge(prefix).setSortOrder(SortOrder.DESCEND).setLimit(2).setKeysOnly(true));
    }

    /** The youngest key that is older than an entry: the one right ahead of it. */
    static RequestOp nextOlderThan(String prefix, long epoch) {
        return range(byAge(prefix)
                .setSortOrder(SortOrder.DESCEND)
                .setMaxCreateRevision(epoch - 1)
                .setLimit(1)
                .setKeysOnly(true));
    }

    static RequestOp nested(TxnRequest txn) {
        return RequestOp.newBuilder().setRequestTxn(txn).build();
    }
}
