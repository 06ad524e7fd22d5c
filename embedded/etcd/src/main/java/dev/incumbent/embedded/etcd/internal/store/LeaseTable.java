package dev.incumbent.embedded.etcd.internal.store;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** The leases that exist, each with the keys that die with it. */
final class LeaseTable {

    /** The longest that etcd grants, in seconds; longer ones would overflow a Go duration. */
    static final long MAX_TTL_SECONDS = 9_000_000_000L;

    private static final class Entry {
        private final long ttlSeconds;
        private final long grantedIndex;
        private final NavigableSet<ByteString> keys = new TreeSet<>(Keys.ORDER);

        Entry(long ttlSeconds, long grantedIndex) {
            this.ttlSeconds = ttlSeconds;
            this.grantedIndex = grantedIndex;
        }
    }

    private final SortedMap<Long, Entry> leases = new TreeMap<>();

    boolean exists(long id) {
        return leases.containsKey(id);
    }

    /** Whether a lease exists that was granted at just that place in the log. */
    boolean isGranted(long id, long grantedIndex) {
        Entry entry = leases.get(id);
        return entry != null && entry.grantedIndex == grantedIndex;
    }

    Optional<EtcdError> grant(long id, long ttlSeconds, long index) {
        if (id == 0) {
            return Optional.of(EtcdError.LEASE_NOT_FOUND);
        }
        if (ttlSeconds > MAX_TTL_SECONDS) {
            return Optional.of(EtcdError.LEASE_TTL_TOO_LARGE);
        }
        return leases.putIfAbsent(id, new Entry(ttlSeconds, index)) == null
                ? Optional.empty()
                : Optional.of(EtcdError.LEASE_EXISTS);
    }

    /** Forgets a lease whose keys are gone. */
    void remove(long id) {
        leases.remove(id);
    }

    void attach(long id, ByteString key) {
        Entry entry = leases.get(id);
        if (entry == null) {
            throw new IllegalStateException("A key is attached to a lease that does not exist");
        }
        entry.keys.add(key);
    }

    /** Nothing, if there is no such lease: while one is revoked, say. */
    void detach(long id, ByteString key) {
        Entry entry = leases.get(id);
        if (entry != null) {
            entry.keys.remove(key);
        }
    }

    /** The keys of a lease, in order; none if it does not exist. */
    List<ByteString> keys(long id) {
        Entry entry = leases.get(id);
        return entry == null ? List.of() : List.copyOf(entry.keys);
    }

    Optional<LeaseInfo> info(long id) {
        Entry entry = leases.get(id);
        return entry == null ? Optional.empty() : Optional.of(info(id, entry));
    }

    private static LeaseInfo info(long id, Entry entry) {
        return new LeaseInfo(id, entry.ttlSeconds, entry.grantedIndex, List.copyOf(entry.keys));
    }

    /** All leases by id. */
    List<LeaseInfo> all() {
        List<LeaseInfo> all = new ArrayList<>(leases.size());
        leases.forEach((id, entry) -> all.add(info(id, entry)));
        return all;
    }
}
