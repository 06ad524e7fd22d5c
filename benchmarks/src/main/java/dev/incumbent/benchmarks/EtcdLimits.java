package dev.incumbent.benchmarks;

import com.google.protobuf.ByteString;
import dev.incumbent.embedded.etcd.wire.Compare;
import dev.incumbent.embedded.etcd.wire.DeleteRangeRequest;
import dev.incumbent.embedded.etcd.wire.KVGrpc;
import dev.incumbent.embedded.etcd.wire.PutRequest;
import dev.incumbent.embedded.etcd.wire.RangeRequest;
import dev.incumbent.embedded.etcd.wire.RequestOp;
import dev.incumbent.embedded.etcd.wire.TxnRequest;
import dev.incumbent.embedded.etcd.wire.WatchCreateRequest;
import dev.incumbent.embedded.etcd.wire.WatchGrpc;
import dev.incumbent.embedded.etcd.wire.WatchRequest;
import dev.incumbent.embedded.etcd.wire.WatchResponse;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntToLongFunction;

/** Plain gRPC stubs, one channel to each etcd server, and one standing watch on each. */
final class EtcdLimits implements Limits {

    private static final String PREFIX = "raw/";
    private static final ByteString VALUE = ByteString.copyFromUtf8("candidate");

    private final List<Member> members = new ArrayList<>();

    EtcdLimits(List<String> endpoints) {
        for (String endpoint : endpoints) {
            members.add(new Member(endpoint));
        }
        members.forEach(Member::awaitWatch);
    }

    @Override
    public Map<String, IntToLongFunction> operations() {
        Map<String, IntToLongFunction> operations = new LinkedHashMap<>();
        operations.put(WRITE, this::txn);
        operations.put(HAND, this::deleteToEvent);
        operations.put("raw linearizable read", this::read);
        return operations;
    }

    /** A Txn that compares one key and puts one: what entering a queue is, without its reads. */
    private long txn(int turn) {
        Member member = member(turn);
        ByteString key = ByteString.copyFromUtf8(PREFIX + "write");
        long start = System.nanoTime();
        boolean entered = member.put(key);
        long nanos = System.nanoTime() - start;
        if (!entered) {
            throw new IllegalStateException("the key stood already");
        }
        member.delete(key);
        return nanos;
    }

    /** What a look into the queue is. */
    private long read(int turn) {
        Member member = member(turn);
        long start = System.nanoTime();
        member.get(ByteString.copyFromUtf8(PREFIX + "write"));
        return System.nanoTime() - start;
    }

    /** The event is received from the next server, if there are several, on a watch that stands since the start. */
    private long deleteToEvent(int turn) {
        Member owner = member(turn);
        Member watcher = member(turn + 1);
        ByteString key = ByteString.copyFromUtf8(PREFIX + "handed-" + turn);
        owner.put(key);
        Moment told = watcher.expectDeletion(key);
        long start = System.nanoTime();
        owner.delete(key);
        return told.await() - start;
    }

    private Member member(int turn) {
        return members.get(turn % members.size());
    }

    @Override
    public void close() {
        members.forEach(Member::close);
    }

    /** One server. */
    private static final class Member implements StreamObserver<WatchResponse> {

        private record Expected(ByteString key, Moment told) {}

        private final ManagedChannel channel;
        private final KVGrpc.KVBlockingStub kv;
        private final StreamObserver<WatchRequest> watch;
        private final Moment watching = new Moment();
        private final AtomicReference<Expected> expected = new AtomicReference<>();

        Member(String endpoint) {
            URI uri = URI.create(endpoint);
            channel = NettyChannelBuilder.forAddress(uri.getHost(), uri.getPort())
                    .usePlaintext()
                    .build();
            kv = KVGrpc.newBlockingStub(channel);
            watch = WatchGrpc.newStub(channel).watch(this);
            watch.onNext(WatchRequest.newBuilder()
                    .setCreateRequest(WatchCreateRequest.newBuilder()
                            .setKey(ByteString.copyFromUtf8(PREFIX))
                            .setRangeEnd(ByteString.copyFromUtf8("raw0"))
                            .addFilters(WatchCreateRequest.FilterType.NOPUT))
                    .build());
        }

        void awaitWatch() {
            watching.await();
        }

        boolean put(ByteString key) {
            return kv.txn(TxnRequest.newBuilder()
                            .addCompare(Compare.newBuilder()
                                    .setTarget(Compare.CompareTarget.CREATE)
                                    .setKey(key)
                                    .setCreateRevision(0))
                            .addSuccess(RequestOp.newBuilder()
                                    .setRequestPut(
                                            PutRequest.newBuilder().setKey(key).setValue(VALUE)))
                            .build())
                    .getSucceeded();
        }

        void get(ByteString key) {
            kv.range(RangeRequest.newBuilder().setKey(key).build());
        }

        void delete(ByteString key) {
            kv.deleteRange(DeleteRangeRequest.newBuilder().setKey(key).build());
        }

        Moment expectDeletion(ByteString key) {
            Moment told = new Moment();
            expected.set(new Expected(key, told));
            return told;
        }

        @Override
        public void onNext(WatchResponse response) {
            if (response.getCreated()) {
                watching.now();
            }
            Expected awaited = expected.get();
            if (awaited != null
                    && response.getEventsList().stream()
                            .anyMatch(event -> event.getKv().getKey().equals(awaited.key))) {
                awaited.told.now();
            }
        }

        @Override
        public void onError(Throwable failure) {
            // The end of the run cancels it; earlier, the wait for the next event says so.
        }

        @Override
        public void onCompleted() {}

        void close() {
            channel.shutdownNow();
            try {
                channel.awaitTermination(5, TimeUnit.SECONDS);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
