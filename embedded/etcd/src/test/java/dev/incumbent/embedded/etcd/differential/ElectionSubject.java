package dev.incumbent.embedded.etcd.differential;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.incumbent.embedded.etcd.wire.DeleteRangeRequest;
import dev.incumbent.embedded.etcd.wire.KVGrpc;
import dev.incumbent.embedded.etcd.wire.KeyValue;
import dev.incumbent.embedded.etcd.wire.LeaseGrantRequest;
import dev.incumbent.embedded.etcd.wire.LeaseGrpc;
import dev.incumbent.embedded.etcd.wire.LeaseRevokeRequest;
import dev.incumbent.embedded.etcd.wire.PutRequest;
import dev.incumbent.embedded.etcd.wire.RangeRequest;
import dev.incumbent.embedded.etcd.wire.election.CampaignRequest;
import dev.incumbent.embedded.etcd.wire.election.CampaignResponse;
import dev.incumbent.embedded.etcd.wire.election.ElectionGrpc;
import dev.incumbent.embedded.etcd.wire.election.LeaderRequest;
import dev.incumbent.embedded.etcd.wire.election.ProclaimRequest;
import dev.incumbent.embedded.etcd.wire.election.ResignRequest;
import dev.incumbent.embedded.etcd.wire.lock.LockGrpc;
import dev.incumbent.embedded.etcd.wire.lock.LockRequest;
import dev.incumbent.embedded.etcd.wire.lock.UnlockRequest;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** One of two servers whose elections and locks are compared. Not thread-safe. */
final class ElectionSubject {

    private static final ByteString EVERYTHING = ByteString.copyFrom(new byte[] {0});
    private static final long PATIENCE_MILLIS = 5_000;

    private static final Map<Class<?>, MethodDescriptor<?, ?>> METHODS = Map.ofEntries(
            Map.entry(CampaignRequest.class, ElectionGrpc.getCampaignMethod()),
            Map.entry(ProclaimRequest.class, ElectionGrpc.getProclaimMethod()),
            Map.entry(LeaderRequest.class, ElectionGrpc.getLeaderMethod()),
            Map.entry(ResignRequest.class, ElectionGrpc.getResignMethod()),
            Map.entry(LockRequest.class, LockGrpc.getLockMethod()),
            Map.entry(UnlockRequest.class, LockGrpc.getUnlockMethod()),
            Map.entry(LeaseGrantRequest.class, LeaseGrpc.getLeaseGrantMethod()),
            Map.entry(LeaseRevokeRequest.class, LeaseGrpc.getLeaseRevokeMethod()),
            Map.entry(PutRequest.class, KVGrpc.getPutMethod()),
            Map.entry(DeleteRangeRequest.class, KVGrpc.getDeleteRangeMethod()));

    private final String name;
    private final Channel channel;
    private Symbols symbols = new Symbols(0);
    private Normaliser normaliser = new Normaliser(symbols);
    /** Calls that wait for their turn, by their keys. */
    private final Map<String, ListenableFuture<Message>> waiting = new TreeMap<>();
    /** The create revisions of keys that a campaign has brought. */
    private final Map<ByteString, Long> won = new HashMap<>();

    ElectionSubject(String name, Channel channel) {
        this.name = name;
        this.channel = channel;
    }

    String name() {
        return name;
    }

    /** No leases, no keys, nobody waits. */
    void begin() {
        waiting.values().forEach(call -> call.cancel(true));
        waiting.clear();
        won.clear();
        LeaseGrpc.LeaseBlockingStub leases = LeaseGrpc.newBlockingStub(channel);
        for (long lease : ElectionCommand.LEASES) {
            try {
                leases.leaseRevoke(LeaseRevokeRequest.newBuilder().setID(lease).build());
            } catch (StatusRuntimeException notThere) {
                // As it should be.
            }
        }
        KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(channel);
        kv.deleteRange(DeleteRangeRequest.newBuilder()
                .setKey(EVERYTHING)
                .setRangeEnd(EVERYTHING)
                .build());
        symbols = new Symbols(kv.put(PutRequest.newBuilder().setKey(EVERYTHING).build())
                .getHeader()
                .getRevision());
        normaliser = new Normaliser(symbols);
    }

    boolean nobodyWaits() {
        return waiting.isEmpty();
    }

    boolean waits(ByteString key) {
        return waiting.containsKey(key.toStringUtf8());
    }

    /** Whether somebody waits for a turn on a lease, with whatever key. */
    boolean waitsOn(long lease) {
        return waiting.keySet().stream().anyMatch(key -> key.endsWith("/" + Long.toHexString(lease)));
    }

    /** Asks; what came of a call that may have to wait for its turn is told by {@link #ended}. */
    String ask(Message request) {
        ByteString key = ElectionCommand.queued(request);
        if (key.isEmpty()) {
            return call(withRevision(request));
        }
        waiting.put(
                key.toStringUtf8(),
                ClientCalls.futureUnaryCall(channel.newCall(method(request), CallOptions.DEFAULT), request));
        return "";
    }

    private Message withRevision(Message request) {
        if (request instanceof ProclaimRequest proclaim && proclaim.hasLeader()) {
            ProclaimRequest.Builder builder = proclaim.toBuilder();
            builder.getLeaderBuilder().setRev(revision(proclaim.getLeader().getKey()));
            return builder.build();
        } else if (request instanceof ResignRequest resign && resign.hasLeader()) {
            ResignRequest.Builder builder = resign.toBuilder();
            builder.getLeaderBuilder().setRev(revision(resign.getLeader().getKey()));
            return builder.build();
        }
        return request;
    }

    private long revision(ByteString key) {
        return won.getOrDefault(key, 1L);
    }

    /** Calls that have ended since they were asked about last: what came of them, by their keys. */
    Map<String, String> ended() {
        Map<String, String> ended = new TreeMap<>();
        waiting.entrySet().removeIf(call -> {
            boolean done = call.getValue().isDone();
            if (done) {
                ended.put(call.getKey(), outcome(call.getValue()));
            }
            return done;
        });
        return ended;
    }

    /** Whether everybody who waits has his key in the queue, and others before it: nothing happens before the next step. */
    boolean settled() {
        return waiting.keySet().stream().allMatch(this::waitsInTheQueue);
    }

    private boolean waitsInTheQueue(String key) {
        String election = key.substring(0, key.lastIndexOf('/'));
        List<KeyValue> queue = KVGrpc.newBlockingStub(channel)
                .range(RangeRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(election + "/"))
                        .setRangeEnd(ByteString.copyFromUtf8(election + "0"))
                        .setSortTarget(RangeRequest.SortTarget.CREATE)
                        .setSortOrder(RangeRequest.SortOrder.ASCEND)
                        .setKeysOnly(true)
                        .build())
                .getKvsList();
        return queue.stream()
                .skip(1)
                .anyMatch(queued -> queued.getKey().toStringUtf8().equals(key));
    }

    private String outcome(ListenableFuture<Message> call) {
        try {
            Message reply = call.get();
            if (reply instanceof CampaignResponse campaign) {
                won.put(campaign.getLeader().getKey(), campaign.getLeader().getRev());
            }
            return normaliser.text(reply);
        } catch (ExecutionException failure) {
            return error(Status.fromThrowable(failure));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", e);
        }
    }

    /** Gives up a call that waits, and waits until its key is gone. */
    String giveUp(ByteString key) {
        ListenableFuture<Message> call = waiting.remove(key.toStringUtf8());
        if (call == null) {
            return "nobody waits";
        }
        call.cancel(true);
        KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(channel);
        RangeRequest look =
                RangeRequest.newBuilder().setKey(key).setCountOnly(true).build();
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
        while (kv.range(look).getCount() > 0) {
            if (deadline - System.nanoTime() < 0) {
                return "the key stayed";
            }
        }
        return "gave up";
    }

    private String call(Message request) {
        try {
            return normaliser.text(ClientCalls.blockingUnaryCall(
                    channel,
                    method(request),
                    CallOptions.DEFAULT.withDeadlineAfter(PATIENCE_MILLIS, TimeUnit.MILLISECONDS),
                    request));
        } catch (StatusRuntimeException failure) {
            return error(failure.getStatus());
        }
    }

    @SuppressWarnings("unchecked")
    private static MethodDescriptor<Message, Message> method(Message request) {
        MethodDescriptor<?, ?> method = METHODS.get(request.getClass());
        if (method == null) {
            throw new IllegalArgumentException("Nobody answers " + request);
        }
        return (MethodDescriptor<Message, Message>) method;
    }

    private static String error(Status status) {
        return "error: " + status.getCode() + " " + status.getDescription() + "\n";
    }
}
