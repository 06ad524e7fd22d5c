package dev.incumbent.embedded.etcd.internal.store;

import com.google.protobuf.ByteString;
import dev.incumbent.embedded.etcd.wire.auth.Permission;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The ranges that one user may read, or write: those of all its roles together. */
final class PermittedRanges {

    /** From a key on, up to before another; null is the end of all keys. */
    private record Interval(ByteString begin, @Nullable ByteString end) {

        static Interval of(ByteString key, ByteString rangeEnd) {
            if (rangeEnd.isEmpty()) {
                return new Interval(key, Keys.next(key));
            }
            return new Interval(key, Keys.isOpenEnd(rangeEnd) ? null : rangeEnd);
        }

        /** A range that ends before it begins, as a request may have it, touches what its beginning lies in. */
        boolean isTouchedBy(Interval wanted) {
            boolean after = Keys.ORDER.compare(wanted.begin, begin) < 0 && wanted.endsBy(begin);
            return !after && !endsBy(wanted.begin);
        }

        private boolean endsBy(ByteString key) {
            return end != null && Keys.ORDER.compare(end, key) <= 0;
        }
    }

    private final List<Interval> intervals = new ArrayList<>();

    void add(Permission permission) {
        intervals.add(Interval.of(permission.getKey(), permission.getRangeEnd()));
    }

    void sort() {
        intervals.sort(Comparator.comparing(Interval::begin, Keys.ORDER));
    }

    /** Whether intervals without a gap between them cover a whole range. */
    boolean cover(ByteString key, ByteString rangeEnd) {
        Interval wanted = Interval.of(key, rangeEnd);
        Interval covered = null;
        for (Interval interval : intervals) {
            if (!interval.isTouchedBy(wanted)) {
                continue;
            }
            if (covered == null) {
                covered = interval;
            } else if (covered.end != null && Keys.ORDER.compare(covered.end, interval.begin) < 0) {
                return false;
            } else if (covered.end != null && !interval.endsBy(covered.end)) {
                covered = new Interval(covered.begin, interval.end);
            }
        }
        return covered != null
                && Keys.ORDER.compare(covered.begin, wanted.begin) <= 0
                && (covered.end == null || (wanted.end != null && Keys.ORDER.compare(covered.end, wanted.end) >= 0));
    }
}
