package dev.incumbent.embedded.zookeeper;

import java.util.HashMap;
import java.util.Map;

/** Adds up the frames that one proxy handed on. Confined to the proxy's thread. */
final class FrameCounter {

    private final Map<String, Long> requests = new HashMap<>();
    private long replies;
    private long notifications;
    private long requestBytes;
    private long replyBytes;

    void add(Frame frame) {
        if (frame.direction() == Direction.TO_SERVER) {
            requests.merge(frame.operation(), 1L, Long::sum);
            requestBytes += frame.bytes();
        } else {
            if (frame.is(Frame.NOTIFICATION)) {
                notifications++;
            } else {
                replies++;
            }
            replyBytes += frame.bytes();
        }
    }

    RequestCounts read() {
        return new RequestCounts(requests, replies, notifications, requestBytes, replyBytes);
    }
}
