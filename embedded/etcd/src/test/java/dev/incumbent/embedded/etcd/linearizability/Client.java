package dev.incumbent.embedded.etcd.linearizability;

import com.google.protobuf.ByteString;
import dev.incumbent.embedded.etcd.wire.Compare;
import dev.incumbent.embedded.etcd.wire.DeleteRangeRequest;
import dev.incumbent.embedded.etcd.wire.DeleteRangeResponse;
import dev.incumbent.embedded.etcd.wire.KVGrpc;
import dev.incumbent.embedded.etcd.wire.KeyValue;
import dev.incumbent.embedded.etcd.wire.PutRequest;
import dev.incumbent.embedded.etcd.wire.RangeRequest;
import dev.incumbent.embedded.etcd.wire.RangeResponse;
import dev.incumbent.embedded.etcd.wire.RequestOp;
import dev.incumbent.embedded.etcd.wire.TxnRequest;
import dev.incumbent.embedded.etcd.wire.TxnResponse;
import dev.incumbent.testkit.linearizability.HistoryRecorder;
import dev.incumbent.testkit.linearizability.RegisterInput;
import dev.incumbent.testkit.linearizability.RegisterOutput;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/** One client: one operation at a time on a random key through a random node, all of it recorded. Not thread-safe. */
final class Client {

    private static final Duration PATIENCE = Duration.ofMillis(700);

    private final int number;
    private final List<? extends Channel> nodes;
    private final Random random;
    private final HistoryRecorder<String, RegisterInput, RegisterOutput> recorder;
    private final boolean staleReads;
    private final Map<String, Long> lastSeen = new HashMap<>();
    private final AtomicLong answered = new AtomicLong();
    private int writes;

    Client(
            int number,
            List<? extends Channel> nodes,
            long seed,
            HistoryRecorder<String, RegisterInput, RegisterOutput> recorder,
            boolean staleReads) {
        this.number = number;
        this.nodes = nodes;
        this.random = new Random(seed + number);
        this.recorder = recorder;
        this.staleReads = staleReads;
    }

    long answered() {
        return answered.get();
    }

    /** One operation. */
    void once(String key) {
        int dice = random.nextInt(100);
        RegisterInput input;
        if (dice < 50) {
            input = new RegisterInput.Read();
        } else if (dice < 70) {
            input = new RegisterInput.Write(value());
        } else if (dice < 80) {
            input = new RegisterInput.Delete();
        } else {
            input = new RegisterInput.CompareAndSet(lastSeen.getOrDefault(key, 0L), value());
        }
        perform(1 + random.nextInt(nodes.size()), key, input);
    }

    private String value() {
        return "c" + number + "-" + ++writes;
    }

    /** Asks one node, and notes what came of it. */
    Optional<RegisterOutput> perform(int node, String key, RegisterInput input) {
        KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(nodes.get(node - 1)).withDeadlineAfter(PATIENCE);
        HistoryRecorder<String, RegisterInput, RegisterOutput>.Call call = recorder.call(number, key, input);
        try {
            RegisterOutput output = ask(kv, ByteString.copyFromUtf8(key), input);
            call.answered(output);
            answered.incrementAndGet();
            remember(key, output);
            return Optional.of(output);
        } catch (StatusRuntimeException failure) {
            if (input instanceof RegisterInput.Read || wasNotSent(failure)) {
                call.failedForCertain();
            }
            // Any other may have happened, or may yet happen: it stays open.
            return Optional.empty();
        }
    }

    private void remember(String key, RegisterOutput output) {
        if (output instanceof RegisterOutput.Found found) {
            lastSeen.put(key, found.revision());
        } else if (output instanceof RegisterOutput.Changed changed) {
            // Wrong after a delete, so that some comparisons fail.
            lastSeen.put(key, changed.storeRevision());
        }
    }

    private static boolean wasNotSent(StatusRuntimeException failure) {
        boolean refused = failure.getStatus().getCode() == Status.Code.UNAVAILABLE;
        for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            if (refused && cause instanceof ConnectException) {
                return true;
            }
        }
        return false;
    }

    private RegisterOutput ask(KVGrpc.KVBlockingStub kv, ByteString key, RegisterInput input) {
        if (input instanceof RegisterInput.Read) {
            return read(kv, key);
        } else if (input instanceof RegisterInput.Write write) {
            return new RegisterOutput.Changed(
                    kv.put(put(key, write.value())).getHeader().getRevision());
        } else if (input instanceof RegisterInput.CompareAndSet swap) {
            return compareAndSet(kv, key, swap);
        }
        DeleteRangeResponse response =
                kv.deleteRange(DeleteRangeRequest.newBuilder().setKey(key).build());
        long revision = response.getHeader().getRevision();
        return response.getDeleted() > 0
                ? new RegisterOutput.Changed(revision)
                : new RegisterOutput.Unchanged(revision);
    }

    private RegisterOutput read(KVGrpc.KVBlockingStub kv, ByteString key) {
        RangeResponse response = kv.range(RangeRequest.newBuilder()
                .setKey(key)
                .setSerializable(staleReads)
                .build());
        long store = response.getHeader().getRevision();
        if (response.getKvsCount() == 0) {
            return new RegisterOutput.Found(Optional.empty(), 0, store);
        }
        KeyValue found = response.getKvs(0);
        return new RegisterOutput.Found(Optional.of(found.getValue().toStringUtf8()), found.getModRevision(), store);
    }

    private static RegisterOutput compareAndSet(
            KVGrpc.KVBlockingStub kv, ByteString key, RegisterInput.CompareAndSet swap) {
        TxnResponse response = kv.txn(TxnRequest.newBuilder()
                .addCompare(Compare.newBuilder()
                        .setKey(key)
                        .setTarget(Compare.CompareTarget.MOD)
                        .setResult(Compare.CompareResult.EQUAL)
                        .setModRevision(swap.revision()))
                .addSuccess(RequestOp.newBuilder().setRequestPut(put(key, swap.value())))
                .build());
        long revision = response.getHeader().getRevision();
        return response.getSucceeded() ? new RegisterOutput.Changed(revision) : new RegisterOutput.Unchanged(revision);
    }

    private static PutRequest put(ByteString key, String value) {
        return PutRequest.newBuilder()
                .setKey(key)
                .setValue(ByteString.copyFromUtf8(value))
                .build();
    }
}
