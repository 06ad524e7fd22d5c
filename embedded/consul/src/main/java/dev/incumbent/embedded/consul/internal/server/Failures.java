package dev.incumbent.embedded.consul.internal.server;

import dev.incumbent.embedded.raft.RaftException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From what went wrong inside to what a client is told. */
final class Failures {

    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    /** Nobody led for as long as a request is held. */
    static final String NO_LEADER = "No cluster leader";

    /** Whether or not it took effect: Consul does not know either. */
    static final String LEADERSHIP_LOST = "leadership lost while committing log";

    private Failures() {}

    static Throwable cause(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException || cause instanceof ExecutionException) {
            Throwable inner = cause.getCause();
            if (inner == null) {
                break;
            }
            cause = inner;
        }
        return cause;
    }

    static HttpFailure http(Throwable failure) {
        Throwable cause = cause(failure);
        if (cause instanceof HttpFailure already) {
            return already;
        }
        if (cause instanceof CancellationException) {
            // Its client is gone: nobody will read this.
            return HttpFailure.internal("given up");
        }
        if (cause instanceof RaftException.Unavailable) {
            return HttpFailure.internal(NO_LEADER);
        }
        if (cause instanceof RaftException) {
            return HttpFailure.internal(LEADERSHIP_LOST);
        }
        LOG.error("A request failed in a way that nobody thought of", cause);
        return HttpFailure.internal(cause.toString());
    }
}
