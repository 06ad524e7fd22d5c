package dev.incumbent.embedded.etcd.internal.store;

import com.google.protobuf.ByteString;
import dev.incumbent.embedded.etcd.wire.KeyValue;
import dev.incumbent.embedded.etcd.wire.RangeRequest;
import dev.incumbent.embedded.etcd.wire.RangeRequest.SortOrder;
import dev.incumbent.embedded.etcd.wire.RangeRequest.SortTarget;
import dev.incumbent.embedded.etcd.wire.RangeResponse;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Answers Range, with etcd's habits:
 *
 * <ul>
 *   <li>{@code count} is that of the whole range, whatever filters and limit leave.
 *   <li>Filters and an explicit order see the whole range before the limit cuts it. A sort target other than the key without
 *       an order means ascending, but only among the first {@code limit + 1} by key.
 *   <li>Equal elements keep the order of their keys. (etcd's sort promises no order; it is this one up to twelve elements.)
 *   <li>{@code count_only} knows neither filters nor limit, and {@code more} is not set.
 * </ul>
 */
final class RangeReader {

    private final KeyValueStore store;

    RangeReader(KeyValueStore store) {
        this.store = store;
    }

    /** Why a revision cannot be read. Below 1 it means the newest. */
    Optional<EtcdError> checkRevision(long revision) {
        if (revision > store.visibleRevision()) {
            return Optional.of(EtcdError.FUTURE_REVISION);
        }
        return revision > 0 && revision < store.compacted() ? Optional.of(EtcdError.COMPACTED) : Optional.empty();
    }

    /** Answers a request whose revision passed {@link #checkRevision}; without a header. */
    RangeResponse.Builder read(RangeRequest request) {
        Selection selection = select(request);
        List<KeyValue> found = selection.found;
        found.removeIf(version -> isFilteredOut(request, version));
        sort(found, request);
        boolean more = request.getLimit() > 0 && found.size() > request.getLimit();
        RangeResponse.Builder response =
                RangeResponse.newBuilder().setMore(more).setCount(selection.count);
        for (KeyValue version : more ? found.subList(0, (int) request.getLimit()) : found) {
            response.addKvs(
                    request.getKeysOnly() ? version.toBuilder().clearValue().build() : version);
        }
        return response;
    }

    private Selection select(RangeRequest request) {
        boolean whole = request.getSortOrder() != SortOrder.NONE || isFiltered(request) || request.getLimit() <= 0;
        long most = whole ? Long.MAX_VALUE : request.getLimit();
        Selection selection = new Selection();
        long revision = request.getRevision() > 0 ? request.getRevision() : store.visibleRevision();
        store.forEach(request.getKey(), request.getRangeEnd(), revision, version -> {
            selection.count++;
            // One more than the limit tells that there are more.
            if (!request.getCountOnly() && selection.found.size() <= most) {
                selection.found.add(version);
            }
        });
        return selection;
    }

    private static final class Selection {
        private final List<KeyValue> found = new ArrayList<>();
        private long count;
    }

    private static boolean isFiltered(RangeRequest request) {
        return request.getMinModRevision() != 0
                || request.getMaxModRevision() != 0
                || request.getMinCreateRevision() != 0
                || request.getMaxCreateRevision() != 0;
    }

    private static boolean isFilteredOut(RangeRequest request, KeyValue version) {
        return isOutside(version.getModRevision(), request.getMinModRevision(), request.getMaxModRevision())
                || isOutside(
                        version.getCreateRevision(), request.getMinCreateRevision(), request.getMaxCreateRevision());
    }

    private static boolean isOutside(long revision, long min, long max) {
        return (min != 0 && revision < min) || (max != 0 && revision > max);
    }

    private static void sort(List<KeyValue> found, RangeRequest request) {
        boolean byKey = request.getSortTarget() == SortTarget.KEY;
        if (request.getSortOrder() == SortOrder.DESCEND) {
            found.sort(order(request.getSortTarget()).reversed());
        } else if (!byKey) {
            found.sort(order(request.getSortTarget()));
        }
    }

    private static Comparator<KeyValue> order(SortTarget target) {
        return switch (target) {
            case VERSION -> Comparator.comparingLong(KeyValue::getVersion);
            case CREATE -> Comparator.comparingLong(KeyValue::getCreateRevision);
            case MOD -> Comparator.comparingLong(KeyValue::getModRevision);
            case VALUE -> comparingBytes(KeyValue::getValue);
            case KEY, UNRECOGNIZED -> comparingBytes(KeyValue::getKey);
        };
    }

    private static Comparator<KeyValue> comparingBytes(Function<KeyValue, ByteString> bytes) {
        return Comparator.comparing(bytes, Keys.ORDER);
    }
}
