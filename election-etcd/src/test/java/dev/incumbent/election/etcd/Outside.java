package dev.incumbent.election.etcd;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A plain client that looks, and interferes, from outside. It shares nothing with the adapter but the generated stubs. */
final class Outside implements AutoCloseable {

    private final ManagedChannel channel;

    Outside(String endpoint) {
        channel = NettyChannelBuilder.forTarget(endpoint.substring(endpoint.indexOf("://") + 3))
                .usePlaintext()
                .maxInboundMessageSize(64 * 1024 * 1024)
                .build();
    }

    private KVGrpc.KVBlockingStub kv() {
        return KVGrpc.newBlockingStub(channel).withWaitForReady().withDeadlineAfter(10, TimeUnit.SECONDS);
    }

    LeaseGrpc.LeaseBlockingStub lease() {
        return LeaseGrpc.newBlockingStub(channel).withWaitForReady().withDeadlineAfter(10, TimeUnit.SECONDS);
    }

    ManagedChannel channel() {
        return channel;
    }

    void revoke(long lease) {
        try {
            lease().leaseRevoke(LeaseRevokeRequest.newBuilder().setID(lease).build());
        } catch (StatusRuntimeException gone) {
            if (gone.getStatus().getCode() != io.grpc.Status.Code.NOT_FOUND) {
                throw gone;
            }
        }
    }

    void delete(ByteString key) {
        kv().deleteRange(DeleteRangeRequest.newBuilder().setKey(key).build());
    }

    void put(ByteString key, ByteString value) {
        kv().put(PutRequest.newBuilder().setKey(key).setValue(value).build());
    }

    List<KeyValue> get(ByteString key) {
        return kv().range(RangeRequest.newBuilder().setKey(key).build()).getKvsList();
    }

    /** Everything below a prefix that ends with a slash, the oldest first. */
    List<KeyValue> below(String prefix) {
        return kv().range(Txns.byAge(prefix).build()).getKvsList();
    }

    long revision() {
        return kv().range(RangeRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8("nothing"))
                        .build())
                .getHeader()
                .getRevision();
    }

    void compact(long revision) {
        kv().compact(io.etcd.jetcd.api.CompactionRequest.newBuilder()
                .setRevision(revision)
                .setPhysical(true)
                .build());
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
