package dev.incumbent.embedded.etcd.internal.store;

import com.google.protobuf.ByteString;
import dev.incumbent.embedded.etcd.wire.CompactionRequest;
import dev.incumbent.embedded.etcd.wire.Compare;
import dev.incumbent.embedded.etcd.wire.DeleteRangeRequest;
import dev.incumbent.embedded.etcd.wire.PutRequest;
import dev.incumbent.embedded.etcd.wire.RangeRequest;
import dev.incumbent.embedded.etcd.wire.RequestOp;
import dev.incumbent.embedded.etcd.wire.TxnRequest;
import dev.incumbent.embedded.etcd.wire.command.Command;
import dev.incumbent.embedded.etcd.wire.command.ExpireLeases;
import dev.incumbent.embedded.etcd.wire.command.ExpiredLease;
import dev.incumbent.embedded.etcd.wire.command.GrantLease;
import dev.incumbent.embedded.etcd.wire.command.RevokeLease;
import java.util.Random;

/** Commands about few keys and few leases, so that they meet. All of them pass {@link RequestChecks}. */
final class RandomCommands {

    /** The term in which all commands are applied. */
    static final long TERM = 5;

    private static final int LEASES = 3;

    private final Random random;

    RandomCommands(long seed) {
        random = new Random(seed);
    }

    boolean once(int in) {
        return random.nextInt(in) == 0;
    }

    /** A number from one up to another. */
    long between(long low, long high) {
        return low + random.nextInt((int) (high - low + 1));
    }

    Command command(long revision, long index) {
        Command.Builder command = Command.newBuilder();
        return switch (random.nextInt(20)) {
            case 0, 1, 2, 3, 4, 5 -> command.setPut(put()).build();
            case 6, 7, 8 -> command.setDeleteRange(delete()).build();
            case 9 ->
                command.setCompact(CompactionRequest.newBuilder().setRevision(between(-1, revision + 1)))
                        .build();
            case 10, 11 ->
                command.setGrantLease(
                                GrantLease.newBuilder().setId(lease()).setTtlSeconds(once(9) ? 9_000_000_001L : 60))
                        .build();
            case 12 ->
                command.setRevokeLease(RevokeLease.newBuilder().setId(lease())).build();
            case 13 -> command.setExpireLeases(expiry(index)).build();
            default -> command.setTxn(txn(revision)).build();
        };
    }

    private ExpireLeases expiry(long index) {
        ExpireLeases.Builder expiry = ExpireLeases.newBuilder().setTerm(once(4) ? TERM - 1 : TERM);
        for (long id = 1; id <= LEASES; id++) {
            for (long granted = Math.max(1, index - 12); granted <= index; granted++) {
                if (once(4)) {
                    expiry.addLeases(ExpiredLease.newBuilder().setId(id).setGrantedIndex(granted));
                }
            }
        }
        return expiry.build();
    }

    private long lease() {
        return between(1, LEASES);
    }

    private static final String[] KEYS = {"a", "a\0", "ab", "b", "b\u007f", "c"};

    private ByteString key() {
        return ByteString.copyFromUtf8(KEYS[random.nextInt(KEYS.length)]);
    }

    private ByteString end() {
        return switch (random.nextInt(6)) {
            case 0 -> ByteString.copyFromUtf8("\0");
            case 1, 2 -> key();
            case 3 -> ByteString.copyFromUtf8("z");
            default -> ByteString.EMPTY;
        };
    }

    private PutRequest put() {
        PutRequest.Builder put = PutRequest.newBuilder().setKey(key()).setPrevKv(random.nextBoolean());
        if (once(6)) {
            put.setIgnoreValue(true);
        } else {
            put.setValue(ByteString.copyFromUtf8("v" + random.nextInt(3)));
        }
        if (once(6)) {
            put.setIgnoreLease(true);
        } else if (once(3)) {
            put.setLease(lease());
        }
        return put.build();
    }

    private DeleteRangeRequest delete() {
        return DeleteRangeRequest.newBuilder()
                .setKey(key())
                .setRangeEnd(end())
                .setPrevKv(random.nextBoolean())
                .build();
    }

    RangeRequest range(long revision) {
        RangeRequest.Builder range = RangeRequest.newBuilder()
                .setKey(key())
                .setRangeEnd(once(2) ? ByteString.copyFromUtf8("\0") : end())
                .setSortOrderValue(random.nextInt(3))
                .setSortTargetValue(random.nextInt(5))
                .setKeysOnly(once(4))
                .setCountOnly(once(8));
        if (once(3)) {
            range.setLimit(random.nextInt(4) - 1);
        }
        if (once(2)) {
            range.setRevision(between(-1, revision + 1));
        }
        if (once(3)) {
            range.setMinModRevision(between(0, revision)).setMaxModRevision(between(0, revision));
        }
        if (once(3)) {
            range.setMinCreateRevision(between(0, revision)).setMaxCreateRevision(between(0, revision));
        }
        return range.build();
    }

    private TxnRequest txn(long revision) {
        TxnRequest txn = txn(revision, 2);
        while (RequestChecks.check(txn).isPresent() || keepsWhatItDeletes(txn)) {
            txn = txn(revision, 2);
        }
        return txn;
    }

    /** What ends a real etcd, and is refused here by a rule of its own: an open-ended delete before a put that keeps. */
    private static boolean keepsWhatItDeletes(TxnRequest txn) {
        String text = txn.toString();
        return text.contains("ignore_") && text.contains("request_delete_range");
    }

    private TxnRequest txn(long revision, int depth) {
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        for (int i = random.nextInt(3); i > 0; i--) {
            txn.addCompare(compare(revision));
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            txn.addSuccess(operation(revision, depth));
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            txn.addFailure(operation(revision, depth));
        }
        return txn.build();
    }

    private RequestOp operation(long revision, int depth) {
        RequestOp.Builder operation = RequestOp.newBuilder();
        return switch (random.nextInt(depth == 0 ? 5 : 7)) {
            case 0, 1 -> operation.setRequestPut(put()).build();
            case 2 -> operation.setRequestDeleteRange(delete()).build();
            case 3, 4 ->
                operation
                        .setRequestRange(range(once(4) ? revision : 1).toBuilder()
                                .setRevision(once(8) ? between(-1, revision + 1) : 0))
                        .build();
            default -> operation.setRequestTxn(txn(revision, depth - 1)).build();
        };
    }

    private Compare compare(long revision) {
        Compare.Builder compare = Compare.newBuilder()
                .setKey(key())
                .setRangeEnd(once(3) ? end() : ByteString.EMPTY)
                .setResultValue(random.nextInt(4))
                .setTargetValue(random.nextInt(5));
        return switch (compare.getTarget()) {
            case VERSION -> compare.setVersion(random.nextInt(3)).build();
            case CREATE -> compare.setCreateRevision(between(0, revision)).build();
            case MOD -> compare.setModRevision(between(0, revision)).build();
            case LEASE -> compare.setLease(random.nextInt(LEASES + 1)).build();
            default ->
                compare.setValue(ByteString.copyFromUtf8("v" + random.nextInt(3)))
                        .build();
        };
    }
}
