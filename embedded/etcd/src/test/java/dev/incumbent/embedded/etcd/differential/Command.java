package dev.incumbent.embedded.etcd.differential;

import com.google.protobuf.Message;
import dev.incumbent.embedded.etcd.wire.WatchCreateRequest;
import java.util.List;

/**
 * One step of a sequence. Requests are templates: revisions and leases in them are symbols, see {@link Symbols}, so that a
 * sequence means the same on every server and whatever ran there before.
 */
sealed interface Command {

    /** A call with one reply. */
    record Unary(Message request) implements Command {
        @Override
        public String toString() {
            return request.getDescriptorForType().getName() + " { " + Normaliser.line(request) + "}";
        }
    }

    /** Several keep-alives on one stream. */
    record KeepAlive(List<Long> leases) implements Command {}

    /** A lease whose TTL may be shorter than the sequence: granted, and revoked at once. */
    record BriefLease(long ttl) implements Command {}

    /** A watch on the sequence's one stream. */
    record WatchCreate(WatchCreateRequest request) implements Command {
        @Override
        public String toString() {
            return "WatchCreate { " + Normaliser.line(request) + "}";
        }
    }

    /** The end of a watch, of one that exists or not. */
    record WatchCancel(long watchId) implements Command {}

    /** A question how far the stream's watches are. */
    record WatchProgress() implements Command {}
}
