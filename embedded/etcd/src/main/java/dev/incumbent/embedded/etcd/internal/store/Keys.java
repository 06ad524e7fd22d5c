package dev.incumbent.embedded.etcd.internal.store;

import com.google.protobuf.ByteString;
import java.util.Collections;
import java.util.Comparator;
import java.util.NavigableMap;

/** Keys are bytes, in the order of their unsigned values. */
final class Keys {

    /** The order; without the iterators that protobuf's own comparator allocates. */
    static final Comparator<ByteString> ORDER = Keys::compare;

    /** The order of names, which etcd keeps as bytes, too. */
    static final Comparator<String> NAME_ORDER = Comparator.comparing(ByteString::copyFromUtf8, ORDER);

    private static final ByteString ZERO = ByteString.copyFrom(new byte[] {0});

    private Keys() {}

    private static int compare(ByteString left, ByteString right) {
        int common = Math.min(left.size(), right.size());
        for (int i = 0; i < common; i++) {
            int difference = (left.byteAt(i) & 0xff) - (right.byteAt(i) & 0xff);
            if (difference != 0) {
                return difference;
            }
        }
        return left.size() - right.size();
    }

    /** Whether a range's end means that it has none. */
    static boolean isOpenEnd(ByteString rangeEnd) {
        return rangeEnd.equals(ZERO);
    }

    /** The first key after a key: a range that ends there has that one key. */
    static ByteString next(ByteString key) {
        return key.concat(ZERO);
    }

    /** Whether a key is in a range. */
    static boolean contains(ByteString key, ByteString rangeEnd, ByteString candidate) {
        if (rangeEnd.isEmpty()) {
            return candidate.equals(key);
        }
        return ORDER.compare(key, candidate) <= 0 && (isOpenEnd(rangeEnd) || ORDER.compare(candidate, rangeEnd) < 0);
    }

    /** The part of a map that a request with {@code key} and {@code range_end} is about. */
    static <V> NavigableMap<ByteString, V> range(NavigableMap<ByteString, V> map, ByteString key, ByteString rangeEnd) {
        if (rangeEnd.isEmpty()) {
            return map.subMap(key, true, key, true);
        }
        if (isOpenEnd(rangeEnd)) {
            return map.tailMap(key, true);
        }
        return ORDER.compare(key, rangeEnd) < 0
                ? map.subMap(key, true, rangeEnd, false)
                : Collections.emptyNavigableMap();
    }
}
