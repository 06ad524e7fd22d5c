package dev.incumbent.embedded.consul.internal.server;

import dev.incumbent.embedded.consul.internal.store.GoText;
import java.util.concurrent.TimeUnit;

/**
 * How a read is to be answered.
 *
 * @param stale by this member alone, however old
 * @param consistent confirmed by a majority when it is answered
 * @param index what the client has seen; 0 if it does not want to wait
 * @param waitNanos how long to wait for something newer
 */
record QueryOptions(boolean stale, boolean consistent, long index, long waitNanos) {

    private static final long DEFAULT_WAIT_NANOS = TimeUnit.MINUTES.toNanos(5);
    private static final long MAX_WAIT_NANOS = TimeUnit.MINUTES.toNanos(10);

    /** Reads the parameters; throws {@link HttpFailure} if they make no sense. */
    static QueryOptions of(Request request) {
        boolean stale = request.has("stale");
        boolean consistent = request.has("consistent");
        if (stale && consistent) {
            throw HttpFailure.badRequest("Cannot specify ?stale with ?consistent, conflicting semantics.");
        }
        return new QueryOptions(stale, consistent, 0, 0).waiting(request);
    }

    private QueryOptions waiting(Request request) {
        long wait = 0;
        String waitParam = GoText.text(request.param("wait"));
        if (!waitParam.isEmpty()) {
            try {
                wait = GoDuration.parse(waitParam);
            } catch (GoDuration.Malformed malformed) {
                throw HttpFailure.badRequest("Invalid wait time");
            }
        }
        long seen = 0;
        String indexParam = request.param("index");
        if (!indexParam.isEmpty()) {
            try {
                seen = parseUnsigned(indexParam);
            } catch (NumberFormatException malformed) {
                throw HttpFailure.badRequest("Invalid index");
            }
        }
        return new QueryOptions(
                stale, consistent, seen, wait <= 0 ? DEFAULT_WAIT_NANOS : Math.min(wait, MAX_WAIT_NANOS));
    }

    /** As Go does: digits, and nothing but digits. */
    static long parseUnsigned(String digits) {
        if (digits.startsWith("+")) {
            throw new NumberFormatException(digits);
        }
        return Long.parseUnsignedLong(digits);
    }
}
