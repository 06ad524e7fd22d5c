package dev.incumbent.embedded.etcd;

import com.google.protobuf.ByteString;
import dev.incumbent.embedded.etcd.wire.AuthGrpc;
import dev.incumbent.embedded.etcd.wire.ClusterGrpc;
import dev.incumbent.embedded.etcd.wire.CompactionRequest;
import dev.incumbent.embedded.etcd.wire.DeleteRangeRequest;
import dev.incumbent.embedded.etcd.wire.DeleteRangeResponse;
import dev.incumbent.embedded.etcd.wire.KVGrpc;
import dev.incumbent.embedded.etcd.wire.KeyValue;
import dev.incumbent.embedded.etcd.wire.LeaseGrantRequest;
import dev.incumbent.embedded.etcd.wire.LeaseGrantResponse;
import dev.incumbent.embedded.etcd.wire.LeaseGrpc;
import dev.incumbent.embedded.etcd.wire.LeaseRevokeRequest;
import dev.incumbent.embedded.etcd.wire.LeaseTimeToLiveRequest;
import dev.incumbent.embedded.etcd.wire.LeaseTimeToLiveResponse;
import dev.incumbent.embedded.etcd.wire.MaintenanceGrpc;
import dev.incumbent.embedded.etcd.wire.PutRequest;
import dev.incumbent.embedded.etcd.wire.PutResponse;
import dev.incumbent.embedded.etcd.wire.RangeRequest;
import dev.incumbent.embedded.etcd.wire.RangeResponse;
import dev.incumbent.embedded.etcd.wire.WatchGrpc;
import dev.incumbent.embedded.etcd.wire.election.ElectionGrpc;
import dev.incumbent.embedded.etcd.wire.health.HealthGrpc;
import dev.incumbent.embedded.etcd.wire.lock.LockGrpc;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.MetadataUtils;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** One connection to one node. Blocking calls have a deadline, so that a test that hangs says where. */
final class EtcdClient implements AutoCloseable {

    private static final Duration DEADLINE = Duration.ofSeconds(15);
    private static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> HAS_LEADER =
            Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

    private final ManagedChannel channel;
    private final Metadata metadata = new Metadata();

    EtcdClient(String endpoint) {
        this(endpoint, InsecureChannelCredentials.create());
    }

    EtcdClient(String endpoint, ChannelCredentials credentials) {
        channel = Grpc.newChannelBuilder(URI.create(endpoint).getAuthority(), credentials)
                .maxInboundMessageSize(Integer.MAX_VALUE)
                .build();
    }

    static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }

    /** What all later stubs send along. */
    EtcdClient token(String token) {
        metadata.removeAll(TOKEN);
        metadata.put(TOKEN, token);
        return this;
    }

    EtcdClient hasLeader() {
        metadata.put(HAS_LEADER, "true");
        return this;
    }

    private <S extends AbstractStub<S>> S with(S stub) {
        Metadata copy = new Metadata();
        copy.merge(metadata);
        return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(copy));
    }

    private <S extends AbstractStub<S>> S timed(S stub) {
        return with(stub).withDeadlineAfter(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
    }

    KVGrpc.KVBlockingStub kv() {
        return timed(KVGrpc.newBlockingStub(channel));
    }

    KVGrpc.KVFutureStub kvLater() {
        return timed(KVGrpc.newFutureStub(channel));
    }

    WatchGrpc.WatchStub watch() {
        return with(WatchGrpc.newStub(channel));
    }

    LeaseGrpc.LeaseBlockingStub lease() {
        return timed(LeaseGrpc.newBlockingStub(channel));
    }

    LeaseGrpc.LeaseStub leaseStreams() {
        return with(LeaseGrpc.newStub(channel));
    }

    ElectionGrpc.ElectionBlockingStub election() {
        return timed(ElectionGrpc.newBlockingStub(channel));
    }

    ElectionGrpc.ElectionFutureStub electionLater() {
        return with(ElectionGrpc.newFutureStub(channel));
    }

    ElectionGrpc.ElectionStub electionStreams() {
        return with(ElectionGrpc.newStub(channel));
    }

    LockGrpc.LockBlockingStub lock() {
        return timed(LockGrpc.newBlockingStub(channel));
    }

    LockGrpc.LockFutureStub lockLater() {
        return with(LockGrpc.newFutureStub(channel));
    }

    AuthGrpc.AuthBlockingStub auth() {
        return timed(AuthGrpc.newBlockingStub(channel));
    }

    MaintenanceGrpc.MaintenanceBlockingStub maintenance() {
        return timed(MaintenanceGrpc.newBlockingStub(channel));
    }

    ClusterGrpc.ClusterBlockingStub cluster() {
        return timed(ClusterGrpc.newBlockingStub(channel));
    }

    HealthGrpc.HealthBlockingStub health() {
        return timed(HealthGrpc.newBlockingStub(channel));
    }

    PutResponse put(String key, String value) {
        return put(key, value, 0);
    }

    PutResponse put(String key, String value, long lease) {
        return kv().put(PutRequest.newBuilder()
                .setKey(bytes(key))
                .setValue(bytes(value))
                .setLease(lease)
                .build());
    }

    DeleteRangeResponse delete(String key) {
        return kv().deleteRange(
                        DeleteRangeRequest.newBuilder().setKey(bytes(key)).build());
    }

    Optional<String> get(String key) {
        return range(key, false).getKvsList().stream()
                .map(KeyValue::getValue)
                .map(ByteString::toStringUtf8)
                .findFirst();
    }

    Optional<String> getLocally(String key) {
        return range(key, true).getKvsList().stream()
                .map(KeyValue::getValue)
                .map(ByteString::toStringUtf8)
                .findFirst();
    }

    private RangeResponse range(String key, boolean serializable) {
        return kv().range(RangeRequest.newBuilder()
                .setKey(bytes(key))
                .setSerializable(serializable)
                .build());
    }

    RangeResponse prefix(String prefix) {
        ByteString end =
                bytes(prefix.substring(0, prefix.length() - 1) + (char) (prefix.charAt(prefix.length() - 1) + 1));
        return kv().range(RangeRequest.newBuilder()
                .setKey(bytes(prefix))
                .setRangeEnd(end)
                .setSortTarget(RangeRequest.SortTarget.CREATE)
                .setSortOrder(RangeRequest.SortOrder.ASCEND)
                .build());
    }

    void compact(long revision) {
        kv().compact(CompactionRequest.newBuilder().setRevision(revision).build());
    }

    long grant(long ttlSeconds) {
        return grant(0, ttlSeconds).getID();
    }

    LeaseGrantResponse grant(long id, long ttlSeconds) {
        return lease().leaseGrant(LeaseGrantRequest.newBuilder()
                .setID(id)
                .setTTL(ttlSeconds)
                .build());
    }

    void revoke(long id) {
        lease().leaseRevoke(LeaseRevokeRequest.newBuilder().setID(id).build());
    }

    LeaseTimeToLiveResponse timeToLive(long id) {
        return lease().leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder()
                .setID(id)
                .setKeys(true)
                .build());
    }

    /** How a call ends. */
    static Status statusOf(Runnable call) {
        try {
            call.run();
        } catch (StatusRuntimeException e) {
            return e.getStatus();
        }
        return Status.OK;
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
