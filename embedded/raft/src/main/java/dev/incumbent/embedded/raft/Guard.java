package dev.incumbent.embedded.raft;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps what listeners throw away from a node. */
final class Guard {

    private static final Logger LOG = LoggerFactory.getLogger(Guard.class);

    private Guard() {}

    static void run(String label, Runnable call) {
        try {
            call.run();
        } catch (RuntimeException | Error e) {
            LOG.error("{}: a listener failed", label, e);
        }
    }

    /** For {@code Void}, and for replies of machines whose reply type admits null. */
    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
    static <T> T unchecked(@Nullable T value) {
        return value;
    }

    static Void nothing() {
        return Guard.<Void>unchecked(null);
    }
}
