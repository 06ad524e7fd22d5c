package dev.incumbent.embedded.etcd.differential;

import static dev.incumbent.embedded.etcd.differential.CommandGenerator.ALL_KEYS;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.incumbent.embedded.etcd.wire.CompactionRequest;
import dev.incumbent.embedded.etcd.wire.DeleteRangeRequest;
import dev.incumbent.embedded.etcd.wire.KVGrpc;
import dev.incumbent.embedded.etcd.wire.LeaseGrantRequest;
import dev.incumbent.embedded.etcd.wire.LeaseGrantResponse;
import dev.incumbent.embedded.etcd.wire.LeaseGrpc;
import dev.incumbent.embedded.etcd.wire.LeaseKeepAliveRequest;
import dev.incumbent.embedded.etcd.wire.LeaseKeepAliveResponse;
import dev.incumbent.embedded.etcd.wire.LeaseLeasesRequest;
import dev.incumbent.embedded.etcd.wire.LeaseRevokeRequest;
import dev.incumbent.embedded.etcd.wire.LeaseStatus;
import dev.incumbent.embedded.etcd.wire.LeaseTimeToLiveRequest;
import dev.incumbent.embedded.etcd.wire.PutRequest;
import dev.incumbent.embedded.etcd.wire.RangeRequest;
import dev.incumbent.embedded.etcd.wire.TxnRequest;
import dev.incumbent.embedded.etcd.wire.WatchCreateRequest;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One of the two servers: performs commands, and says in comparable words what came back. Not thread-safe. */
final class Subject implements AutoCloseable {

    private static final ByteString CONTROL_KEY = ByteString.copyFromUtf8("~control");
    private static final ByteString EVERYTHING = ByteString.copyFrom(new byte[] {0});
    private static final Duration PROGRESS_PATIENCE = Duration.ofMillis(120);
    /** Symbols of revisions before a sequence's start shall stay positive numbers on a new server, too. */
    private static final long LEAST_BASE = 64;

    private static final Map<Class<?>, MethodDescriptor<?, ?>> METHODS = Map.of(
            RangeRequest.class, KVGrpc.getRangeMethod(),
            PutRequest.class, KVGrpc.getPutMethod(),
            DeleteRangeRequest.class, KVGrpc.getDeleteRangeMethod(),
            TxnRequest.class, KVGrpc.getTxnMethod(),
            CompactionRequest.class, KVGrpc.getCompactMethod(),
            LeaseGrantRequest.class, LeaseGrpc.getLeaseGrantMethod(),
            LeaseRevokeRequest.class, LeaseGrpc.getLeaseRevokeMethod(),
            LeaseTimeToLiveRequest.class, LeaseGrpc.getLeaseTimeToLiveMethod(),
            LeaseLeasesRequest.class, LeaseGrpc.getLeaseLeasesMethod());

    private final String name;
    private final Channel channel;
    private Symbols symbols = new Symbols(0);
    private Normaliser normaliser = new Normaliser(symbols);
    private @Nullable WatchLog watches;

    Subject(String name, Channel channel) {
        this.name = name;
        this.channel = channel;
    }

    String name() {
        return name;
    }

    /** Brings the server to the state in which every sequence begins: one key, no leases, no history, a new watch stream. */
    void begin() {
        close();
        LeaseGrpc.LeaseBlockingStub leases = LeaseGrpc.newBlockingStub(channel).withDeadlineAfter(WatchLog.PATIENCE);
        for (LeaseStatus lease :
                leases.leaseLeases(LeaseLeasesRequest.getDefaultInstance()).getLeasesList()) {
            leases.leaseRevoke(
                    LeaseRevokeRequest.newBuilder().setID(lease.getID()).build());
        }
        KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(channel).withDeadlineAfter(WatchLog.PATIENCE);
        kv.deleteRange(DeleteRangeRequest.newBuilder()
                .setKey(EVERYTHING)
                .setRangeEnd(EVERYTHING)
                .build());
        PutRequest control = PutRequest.newBuilder().setKey(CONTROL_KEY).build();
        long base = kv.put(control).getHeader().getRevision();
        while (base < LEAST_BASE) {
            base = kv.put(control).getHeader().getRevision();
        }
        kv.compact(CompactionRequest.newBuilder()
                .setRevision(base)
                .setPhysical(true)
                .build());
        symbols = new Symbols(base);
        normaliser = new Normaliser(symbols);
        watches = new WatchLog(
                channel,
                normaliser,
                WatchCreateRequest.newBuilder().setKey(CONTROL_KEY).build());
    }

    /** Performs one command; the text is what is to be the same on both servers. */
    String perform(Command command) {
        if (command instanceof Command.Unary unary) {
            return call(unary.request());
        } else if (command instanceof Command.KeepAlive keepAlive) {
            return keepAlive(keepAlive.leases());
        } else if (command instanceof Command.BriefLease brief) {
            LeaseGrantRequest grant =
                    LeaseGrantRequest.newBuilder().setTTL(brief.ttl()).setID(77).build();
            return call(grant) + call(LeaseRevokeRequest.newBuilder().setID(77).build());
        } else if (command instanceof Command.WatchCreate create) {
            log().create(symbols.toServer(create.request()));
        } else if (command instanceof Command.WatchCancel cancel) {
            log().cancel(cancel.watchId());
        } else {
            log().progress(PROGRESS_PATIENCE);
        }
        return "";
    }

    /** Waits until the stream's synchronised watches were told of everything up to now. */
    String catchUp() {
        try {
            long revision = KVGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(WatchLog.PATIENCE)
                    .put(PutRequest.newBuilder().setKey(CONTROL_KEY).build())
                    .getHeader()
                    .getRevision();
            log().awaitControl(revision);
            return "";
        } catch (StatusRuntimeException failure) {
            return error(failure.getStatus());
        }
    }

    /** Gives every watch that still runs something to tell. */
    String touchEveryKey() {
        StringBuilder replies = new StringBuilder();
        for (ByteString key : ALL_KEYS) {
            replies.append(call(PutRequest.newBuilder().setKey(key).build()));
        }
        replies.append(call(DeleteRangeRequest.newBuilder()
                .setKey(EVERYTHING)
                .setRangeEnd(EVERYTHING)
                .setPrevKv(true)
                .build()));
        return replies.toString();
    }

    /** What all watches of the sequence were told. */
    String watched() {
        return log().text();
    }

    private WatchLog log() {
        if (watches == null) {
            throw new IllegalStateException("no sequence was begun");
        }
        return watches;
    }

    @SuppressWarnings("unchecked")
    private String call(Message template) {
        MethodDescriptor<Message, Message> method =
                (MethodDescriptor<Message, Message>) METHODS.get(template.getClass());
        Message request = symbols.toServer(template);
        try {
            Message reply = ClientCalls.blockingUnaryCall(
                    channel, method, CallOptions.DEFAULT.withDeadlineAfter(WatchLog.PATIENCE), request);
            if (reply instanceof LeaseGrantResponse grant && ((LeaseGrantRequest) request).getID() == 0) {
                symbols.picked(grant.getID());
            }
            return normaliser.text(reply);
        } catch (StatusRuntimeException failure) {
            return error(failure.getStatus());
        }
    }

    private String keepAlive(List<Long> leases) {
        List<String> replies = new ArrayList<>();
        CountDownLatch ended = new CountDownLatch(1);
        StreamObserver<LeaseKeepAliveRequest> requests = LeaseGrpc.newStub(channel)
                .withDeadlineAfter(WatchLog.PATIENCE)
                .leaseKeepAlive(new StreamObserver<>() {
                    @Override
                    public void onNext(LeaseKeepAliveResponse reply) {
                        replies.add(normaliser.text(reply));
                    }

                    @Override
                    public void onError(Throwable failure) {
                        replies.add(error(Status.fromThrowable(failure)));
                        ended.countDown();
                    }

                    @Override
                    public void onCompleted() {
                        replies.add("completed\n");
                        ended.countDown();
                    }
                });
        for (long lease : leases) {
            requests.onNext(symbols.toServer(
                    LeaseKeepAliveRequest.newBuilder().setID(lease).build()));
        }
        requests.onCompleted();
        try {
            if (!ended.await(2 * WatchLog.PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                return "keep-alive stream did not end";
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while keeping leases alive", e);
        }
        return String.join("", replies);
    }

    private static String error(Status status) {
        return "error: " + status.getCode() + " " + status.getDescription() + "\n";
    }

    @Override
    public void close() {
        if (watches != null) {
            watches.close();
            watches = null;
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
