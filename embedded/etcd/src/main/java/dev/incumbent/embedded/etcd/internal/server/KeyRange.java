package dev.incumbent.embedded.etcd.internal.server;

import com.google.protobuf.ByteString;
import java.util.Comparator;

/**
 * One key or a range of keys, as requests give it.
 *
 * @param key the key, or where the range begins
 * @param end empty for one key; a zero byte for everything from the key on; else where the range ends, exclusive
 */
record KeyRange(ByteString key, ByteString end) {

    private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);
    private static final Comparator<ByteString> ORDER = ByteString.unsignedLexicographicalComparator();

    static KeyRange of(ByteString key) {
        return new KeyRange(key, ByteString.EMPTY);
    }

    static KeyRange prefix(ByteString prefix) {
        return new KeyRange(prefix, endOfPrefix(prefix));
    }

    boolean isOneKey() {
        return end.isEmpty();
    }

    boolean isEmpty() {
        return !isOneKey() && !end.equals(ZERO) && ORDER.compare(key, end) >= 0;
    }

    boolean isPrefix() {
        return !isOneKey() && !end.equals(ZERO) && end.equals(endOfPrefix(key));
    }

    boolean contains(ByteString candidate) {
        if (isOneKey()) {
            return key.equals(candidate);
        }
        return ORDER.compare(candidate, key) >= 0 && (end.equals(ZERO) || ORDER.compare(candidate, end) < 0);
    }

    /** The first key that does not begin with the prefix any more; a zero byte, "no end", if there is none. */
    private static ByteString endOfPrefix(ByteString prefix) {
        for (int i = prefix.size() - 1; i >= 0; i--) {
            if (prefix.byteAt(i) != (byte) 0xff) {
                byte[] end = prefix.substring(0, i + 1).toByteArray();
                end[i]++;
                return ByteString.copyFrom(end);
            }
        }
        return ZERO;
    }
}
