package dev.incumbent.embedded.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.embedded.etcd.wire.LeaseKeepAliveRequest;
import dev.incumbent.embedded.etcd.wire.LeaseKeepAliveResponse;
import dev.incumbent.embedded.etcd.wire.WatchCancelRequest;
import dev.incumbent.embedded.etcd.wire.WatchCreateRequest;
import dev.incumbent.embedded.etcd.wire.WatchProgressRequest;
import dev.incumbent.embedded.etcd.wire.WatchRequest;
import dev.incumbent.embedded.etcd.wire.WatchResponse;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A stream of requests and responses, seen from the client, with its responses in a queue. */
final class Stream<Q, R> implements ClientResponseObserver<Q, R> {

    private static final long PATIENCE_SECONDS = 15;

    private final BlockingQueue<R> responses = new LinkedBlockingQueue<>();
    private final CompletableFuture<Status> end = new CompletableFuture<>();
    private final boolean manual;
    private @Nullable ClientCallStreamObserver<Q> requests;

    private Stream(boolean manual) {
        this.manual = manual;
    }

    /** For a stub's streaming method, which is given the stream. */
    static <Q, R> Stream<Q, R> unopened() {
        return new Stream<>(false);
    }

    static Stream<WatchRequest, WatchResponse> watch(EtcdClient client) {
        Stream<WatchRequest, WatchResponse> stream = new Stream<>(false);
        client.watch().watch(stream);
        return stream;
    }

    /** One that takes responses only when asked to: {@link #take}. */
    static Stream<WatchRequest, WatchResponse> slowWatch(EtcdClient client) {
        Stream<WatchRequest, WatchResponse> stream = new Stream<>(true);
        client.watch().watch(stream);
        return stream;
    }

    static Stream<LeaseKeepAliveRequest, LeaseKeepAliveResponse> keepAlive(EtcdClient client) {
        Stream<LeaseKeepAliveRequest, LeaseKeepAliveResponse> stream = new Stream<>(false);
        client.leaseStreams().leaseKeepAlive(stream);
        return stream;
    }

    static WatchRequest watching(WatchCreateRequest.Builder request) {
        return WatchRequest.newBuilder().setCreateRequest(request).build();
    }

    static WatchCreateRequest.Builder key(String key) {
        return WatchCreateRequest.newBuilder().setKey(EtcdClient.bytes(key));
    }

    static WatchCreateRequest.Builder prefix(String prefix) {
        return key(prefix)
                .setRangeEnd(EtcdClient.bytes(
                        prefix.substring(0, prefix.length() - 1) + (char) (prefix.charAt(prefix.length() - 1) + 1)));
    }

    static WatchRequest cancel(long id) {
        return WatchRequest.newBuilder()
                .setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(id))
                .build();
    }

    static WatchRequest progress() {
        return WatchRequest.newBuilder()
                .setProgressRequest(WatchProgressRequest.getDefaultInstance())
                .build();
    }

    static LeaseKeepAliveRequest renew(long id) {
        return LeaseKeepAliveRequest.newBuilder().setID(id).build();
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<Q> stream) {
        requests = stream;
        if (manual) {
            stream.disableAutoRequestWithInitial(0);
        }
    }

    private ClientCallStreamObserver<Q> requests() {
        ClientCallStreamObserver<Q> open = requests;
        if (open == null) {
            throw new IllegalStateException("not opened yet");
        }
        return open;
    }

    void send(Q request) {
        requests().onNext(request);
    }

    void complete() {
        requests().onCompleted();
    }

    void cancel() {
        requests().cancel("the test is done with it", null);
    }

    void take(int count) {
        requests().request(count);
    }

    R next() throws InterruptedException {
        R response = responses.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(response).as("a response; the stream's end: " + end).isNotNull();
        return response;
    }

    /** Whether a response is there already. */
    boolean hasNext() {
        return !responses.isEmpty();
    }

    Status end() throws Exception {
        return end.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void onNext(R response) {
        responses.add(response);
    }

    @Override
    public void onError(Throwable failure) {
        end.complete(Status.fromThrowable(failure));
    }

    @Override
    public void onCompleted() {
        end.complete(Status.OK);
    }
}
