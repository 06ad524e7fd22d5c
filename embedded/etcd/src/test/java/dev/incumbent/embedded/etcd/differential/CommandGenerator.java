package dev.incumbent.embedded.etcd.differential;

import com.google.protobuf.ByteString;
import dev.incumbent.embedded.etcd.wire.CompactionRequest;
import dev.incumbent.embedded.etcd.wire.Compare;
import dev.incumbent.embedded.etcd.wire.DeleteRangeRequest;
import dev.incumbent.embedded.etcd.wire.LeaseGrantRequest;
import dev.incumbent.embedded.etcd.wire.LeaseLeasesRequest;
import dev.incumbent.embedded.etcd.wire.LeaseRevokeRequest;
import dev.incumbent.embedded.etcd.wire.LeaseTimeToLiveRequest;
import dev.incumbent.embedded.etcd.wire.PutRequest;
import dev.incumbent.embedded.etcd.wire.RangeRequest;
import dev.incumbent.embedded.etcd.wire.RequestOp;
import dev.incumbent.embedded.etcd.wire.TxnRequest;
import dev.incumbent.embedded.etcd.wire.WatchCreateRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Random commands over so few keys, leases and watches that they meet, and with so many odd fields that errors are common.
 */
final class CommandGenerator {

    static final List<ByteString> ALL_KEYS =
            List.of(bytes("a"), bytes("aa"), bytes("ab"), bytes("b"), bytes("d/1"), bytes("d/2"), bytes("\u00ff"));

    private static final List<ByteString> VALUES = List.of(
            ByteString.EMPTY, bytes("10"), bytes("9"), bytes("x"), bytes("\u0000"), bytes("long enough to matter"));
    private static final ByteString NUL = ByteString.copyFrom(new byte[] {0});
    private static final int FIRST_PUTS = 6;
    private static final int UNKNOWN_ENUM = 9;
    private static final long FIRST_CHOSEN_ID = 100;
    private static final int MOST_OPERATIONS = 128;

    private final Random random;
    /** About where the store's revision is, in symbols. */
    private long revision = Symbols.START;
    /** Whether puts may ask to keep the old value or lease; a transaction that does must not delete. */
    private boolean keeping = true;

    CommandGenerator(long seed) {
        this.random = new Random(seed);
    }

    /** One sequence. */
    static List<Command> sequence(long seed, int length) {
        CommandGenerator generator = new CommandGenerator(seed);
        List<Command> commands = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            // Something to find first.
            commands.add(i < FIRST_PUTS ? new Command.Unary(generator.put()) : generator.next());
        }
        return List.copyOf(commands);
    }

    private Command next() {
        int dice = random.nextInt(100);
        if (dice < 22) {
            revision++;
            return new Command.Unary(put());
        } else if (dice < 44) {
            return new Command.Unary(range());
        } else if (dice < 51) {
            revision++;
            return new Command.Unary(delete());
        } else if (dice < 67) {
            revision++;
            return new Command.Unary(txn());
        } else if (dice < 70) {
            return new Command.Unary(CompactionRequest.newBuilder()
                    .setRevision(chance(80) ? past() : oddRevision())
                    // Else old revisions go at a moment of the server's choice.
                    .setPhysical(true)
                    .build());
        } else if (dice < 86) {
            return lease();
        } else {
            return watch();
        }
    }

    private Command lease() {
        int dice = random.nextInt(16);
        if (dice < 5) {
            return new Command.Unary(LeaseGrantRequest.newBuilder()
                    .setTTL(
                            chance(80)
                                    ? 500 + random.nextInt(500)
                                    : pick(List.of(9_000_000_000L, 9_000_000_001L, Long.MAX_VALUE)))
                    .setID(chance(30) ? 0 : chance(5) ? -5 : 1 + random.nextInt(4))
                    .build());
        } else if (dice < 6) {
            return new Command.BriefLease(pick(List.of(-5L, 0L, 1L, 2L, 3L, Long.MIN_VALUE)));
        } else if (dice < 8) {
            return new Command.Unary(
                    LeaseRevokeRequest.newBuilder().setID(leaseId()).build());
        } else if (dice < 11) {
            return new Command.Unary(LeaseTimeToLiveRequest.newBuilder()
                    .setID(leaseId())
                    .setKeys(chance(60))
                    .build());
        } else if (dice < 14) {
            List<Long> leases = new ArrayList<>();
            for (int i = random.nextInt(3); i >= 0; i--) {
                leases.add(leaseId());
            }
            return new Command.KeepAlive(leases);
        } else {
            return new Command.Unary(LeaseLeasesRequest.getDefaultInstance());
        }
    }

    private Command watch() {
        int dice = random.nextInt(26);
        if (dice < 15) {
            return new Command.WatchCreate(watchRequest());
        } else if (dice < 25) {
            return new Command.WatchCancel((chance(25) ? FIRST_CHOSEN_ID : 0) + random.nextInt(4));
        } else {
            return new Command.WatchProgress();
        }
    }

    private WatchCreateRequest watchRequest() {
        WatchCreateRequest.Builder request = WatchCreateRequest.newBuilder()
                .setKey(oddKey())
                .setPrevKv(chance(40))
                .setProgressNotify(chance(20))
                .setFragment(chance(20));
        if (chance(60)) {
            request.setRangeEnd(rangeEnd(request.getKey()));
        }
        if (chance(40)) {
            // Never below zero: releases of etcd differ in how they refuse that, and the embedded server follows the
            // later ones.
            request.setStartRevision(chance(70) ? past() : Math.max(0, oddRevision()));
        }
        // Chosen ids are none that the server picks, and not those of watches that a compaction may cancel: etcd keeps
        // the id
        // of such a watch taken until the client cancels it, too.
        if (request.getStartRevision() == 0 && chance(30)) {
            request.setWatchId(FIRST_CHOSEN_ID + random.nextInt(4));
        }
        if (chance(25)) {
            request.addFiltersValue(random.nextInt(2));
        }
        if (chance(5)) {
            request.addFiltersValue(chance(70) ? random.nextInt(2) : UNKNOWN_ENUM);
        }
        return request.build();
    }

    private PutRequest put() {
        PutRequest.Builder request = PutRequest.newBuilder().setKey(oddKey()).setPrevKv(chance(30));
        if (chance(90)) {
            request.setValue(pick(VALUES));
        }
        if (chance(25)) {
            request.setLease(leaseId());
        }
        if (keeping && chance(8)) {
            request.setIgnoreValue(true);
            if (chance(70)) {
                request.clearValue();
            }
        }
        if (keeping && chance(8)) {
            request.setIgnoreLease(true);
            if (chance(70)) {
                request.clearLease();
            }
        }
        return request.build();
    }

    private DeleteRangeRequest delete() {
        DeleteRangeRequest.Builder request =
                DeleteRangeRequest.newBuilder().setKey(oddKey()).setPrevKv(chance(50));
        if (chance(40)) {
            request.setRangeEnd(rangeEnd(request.getKey()));
        }
        return request.build();
    }

    private RangeRequest range() {
        RangeRequest.Builder request = RangeRequest.newBuilder().setKey(oddKey());
        if (chance(75)) {
            request.setRangeEnd(rangeEnd(request.getKey()));
        }
        if (chance(40)) {
            request.setLimit(chance(95) ? random.nextInt(6) : -1);
        }
        if (chance(30)) {
            request.setRevision(chance(80) ? past() : oddRevision());
        }
        if (chance(50)) {
            // None that is unknown: an unknown target ends real etcd 3.4.23 and 3.5.16 with a nil pointer, and the
            // embedded
            // server refuses either.
            request.setSortOrderValue(random.nextInt(3));
            request.setSortTargetValue(random.nextInt(5));
        }
        request.setSerializable(chance(10)).setKeysOnly(chance(15)).setCountOnly(chance(10));
        if (chance(20)) {
            request.setMinModRevision(chance(30) ? past() : 0).setMaxModRevision(chance(30) ? past() : 0);
            request.setMinCreateRevision(chance(30) ? past() : 0).setMaxCreateRevision(chance(30) ? past() : 0);
        }
        return request.build();
    }

    /**
     * A transaction; one either deletes or has puts that keep the old value or lease, at whatever depth. A put that keeps what
     * the same transaction has deleted ends etcd 3.5.16 with "unexpected error during txn with writes", and again whenever it
     * is started, since the transaction is in its log.
     */
    private TxnRequest txn() {
        keeping = chance(40);
        TxnRequest request = txn(0);
        keeping = true;
        return request;
    }

    private TxnRequest txn(int depth) {
        TxnRequest.Builder request = TxnRequest.newBuilder();
        for (int i = random.nextInt(3); i > 0; i--) {
            request.addCompare(compare());
        }
        int most = depth == 0 && chance(1) ? MOST_OPERATIONS + 2 : 4;
        for (int i = random.nextInt(most); i > 0; i--) {
            request.addSuccess(operation(depth));
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            request.addFailure(operation(depth));
        }
        return request.build();
    }

    private RequestOp operation(int depth) {
        RequestOp.Builder operation = RequestOp.newBuilder();
        int dice = random.nextInt(100);
        if (dice < 40) {
            return operation.setRequestPut(put()).build();
        } else if (dice < 70 || (dice < 85 && keeping)) {
            return operation.setRequestRange(range()).build();
        } else if (dice < 85) {
            return operation.setRequestDeleteRange(delete()).build();
        } else if (dice < 98 && depth < 2) {
            return operation.setRequestTxn(txn(depth + 1)).build();
        } else {
            // An operation that is none.
            return operation.build();
        }
    }

    private Compare compare() {
        Compare.Builder compare = Compare.newBuilder()
                .setKey(oddKey())
                .setResultValue(chance(98) ? random.nextInt(4) : UNKNOWN_ENUM)
                .setTargetValue(chance(98) ? random.nextInt(5) : UNKNOWN_ENUM);
        if (chance(25)) {
            compare.setRangeEnd(rangeEnd(compare.getKey()));
        }
        // Mostly what the target asks for; sometimes another, or none.
        int union = chance(92) ? compare.getTargetValue() : random.nextInt(6);
        switch (union) {
            case 0 -> compare.setVersion(random.nextInt(3));
            case 1 -> compare.setCreateRevision(chance(30) ? 0 : past());
            case 2 -> compare.setModRevision(chance(30) ? 0 : past());
            case 3 -> compare.setValue(pick(VALUES));
            case 4 -> compare.setLease(chance(50) ? 0 : leaseId());
            default -> {}
        }
        return compare.build();
    }

    private long leaseId() {
        return chance(20) ? Symbols.FIRST_PICKED + random.nextInt(3) : chance(5) ? 0 : 1 + random.nextInt(4);
    }

    /** A revision of this sequence, or one a little before or after. */
    private long past() {
        return Symbols.START - 2 + random.nextInt((int) (revision - Symbols.START) + 5);
    }

    private long oddRevision() {
        return pick(List.of(-1L, 0L, revision + 5, revision + 50, Symbols.ABSOLUTE * 1_000, Long.MAX_VALUE));
    }

    private ByteString oddKey() {
        return chance(97) ? pick(ALL_KEYS) : chance(50) ? ByteString.EMPTY : NUL;
    }

    private ByteString rangeEnd(ByteString key) {
        int dice = random.nextInt(100);
        if (dice < 25) {
            return NUL;
        } else if (dice < 60) {
            return prefixEnd(key);
        } else if (dice < 70) {
            return key;
        } else {
            return pick(ALL_KEYS);
        }
    }

    private static ByteString prefixEnd(ByteString key) {
        byte[] end = key.toByteArray();
        if (end.length == 0 || end[end.length - 1] == (byte) 0xff) {
            return NUL;
        }
        end[end.length - 1]++;
        return ByteString.copyFrom(end);
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    private <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    private static ByteString bytes(String latin) {
        return ByteString.copyFrom(latin, java.nio.charset.StandardCharsets.ISO_8859_1);
    }
}
