package dev.incumbent.embedded.etcd.internal.store;

import com.google.protobuf.ByteString;
import dev.incumbent.embedded.etcd.wire.DeleteRangeRequest;
import dev.incumbent.embedded.etcd.wire.DeleteRangeResponse;
import dev.incumbent.embedded.etcd.wire.KeyValue;
import dev.incumbent.embedded.etcd.wire.PutRequest;
import dev.incumbent.embedded.etcd.wire.PutResponse;
import dev.incumbent.embedded.etcd.wire.RangeRequest;
import dev.incumbent.embedded.etcd.wire.RangeResponse;
import dev.incumbent.embedded.etcd.wire.ResponseHeader;
import java.util.List;

/**
 * The single operations, alone or as parts of a Txn. Each answers with a header that holds the revision and nothing else, as
 * etcd leaves it in the parts of a Txn. None of them commits.
 */
final class Operations {

    private final KeyValueStore store;
    private final LeaseTable leases;
    private final RangeReader reader;

    Operations(KeyValueStore store, LeaseTable leases, RangeReader reader) {
        this.store = store;
        this.leases = leases;
        this.reader = reader;
    }

    RangeResponse range(RangeRequest request) {
        return reader.read(request).setHeader(header()).build();
    }

    /** Puts; a key that {@code ignore_value} or {@code ignore_lease} need exists, and so does the lease. */
    PutResponse put(PutRequest request) {
        KeyValue before = store.get(request.getKey());
        KeyValue kept = before == null ? KeyValue.getDefaultInstance() : before;
        ByteString value = request.getIgnoreValue() ? kept.getValue() : request.getValue();
        long lease = request.getIgnoreLease() ? kept.getLease() : request.getLease();
        store.put(request.getKey(), value, lease);
        if (kept.getLease() != 0) {
            leases.detach(kept.getLease(), request.getKey());
        }
        if (lease != 0) {
            leases.attach(lease, request.getKey());
        }
        PutResponse.Builder response = PutResponse.newBuilder().setHeader(header());
        if (request.getPrevKv() && before != null) {
            response.setPrevKv(before);
        }
        return response.build();
    }

    DeleteRangeResponse deleteRange(DeleteRangeRequest request) {
        List<KeyValue> found = store.list(request.getKey(), request.getRangeEnd());
        found.forEach(this::delete);
        DeleteRangeResponse.Builder response =
                DeleteRangeResponse.newBuilder().setHeader(header()).setDeleted(found.size());
        if (request.getPrevKv()) {
            response.addAllPrevKvs(found);
        }
        return response.build();
    }

    /** Deletes a lease's keys in their order, and forgets it. */
    void revoke(long lease) {
        for (ByteString key : leases.keys(lease)) {
            KeyValue existing = store.get(key);
            if (existing != null) {
                delete(existing);
            }
        }
        leases.remove(lease);
    }

    private void delete(KeyValue existing) {
        store.delete(existing);
        if (existing.getLease() != 0) {
            leases.detach(existing.getLease(), existing.getKey());
        }
    }

    private ResponseHeader header() {
        return ResponseHeader.newBuilder().setRevision(store.visibleRevision()).build();
    }
}
