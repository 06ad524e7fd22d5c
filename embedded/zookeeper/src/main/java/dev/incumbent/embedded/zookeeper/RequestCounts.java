package dev.incumbent.embedded.zookeeper;

import java.util.Map;
import java.util.TreeMap;

/**
 * How many messages passed the client links: requests by operation, replies and watch notifications.
 *
 * <p>Counted when the last byte was handed on, so a request that a link still holds is not in it. Traffic on
 * {@link EmbeddedZooKeeper#directConnectString()} passes no link and is not counted; on a TLS link only
 * {@code unknown} pieces are.
 *
 * @param requests handed to the servers, by the operation's name (see {@link Frame#operation()}); a {@code multi} is one
 * @param replies handed to clients, watch notifications not included
 * @param notifications watch events handed to clients
 * @param requestBytes length of the requests on the wire
 * @param replyBytes length of the replies and notifications on the wire
 */
public record RequestCounts(
        Map<String, Long> requests, long replies, long notifications, long requestBytes, long replyBytes) {

    static final RequestCounts NONE = new RequestCounts(Map.of(), 0, 0, 0, 0);

    public RequestCounts {
        requests = Map.copyOf(requests);
    }

    /** Requests of one operation, 0 if there were none. */
    public long of(String operation) {
        return requests.getOrDefault(operation, 0L);
    }

    /** All requests except pings, which depend on time and not on what was asked. */
    public long withoutPings() {
        return requests.entrySet().stream()
                .filter(entry -> !entry.getKey().equals("ping"))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /** What was added since an earlier reading. */
    public RequestCounts since(RequestCounts earlier) {
        Map<String, Long> difference = new TreeMap<>();
        requests.forEach((operation, count) -> {
            long added = count - earlier.of(operation);
            if (added != 0) {
                difference.put(operation, added);
            }
        });
        return new RequestCounts(
                difference,
                replies - earlier.replies,
                notifications - earlier.notifications,
                requestBytes - earlier.requestBytes,
                replyBytes - earlier.replyBytes);
    }

    RequestCounts plus(RequestCounts other) {
        Map<String, Long> sum = new TreeMap<>(requests);
        other.requests.forEach((operation, count) -> sum.merge(operation, count, Long::sum));
        return new RequestCounts(
                sum,
                replies + other.replies,
                notifications + other.notifications,
                requestBytes + other.requestBytes,
                replyBytes + other.replyBytes);
    }
}
