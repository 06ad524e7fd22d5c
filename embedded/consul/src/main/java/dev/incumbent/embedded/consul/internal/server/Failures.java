package dev.incumbent.embedded.consul.internal.server;

import dev.incumbent.embedded.members.Causes;
import dev.incumbent.embedded.raft.RaftException;
import java.util.concurrent.CancellationException;
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

    /** What is said after a request was held in vain. */
    static HttpFailure noLeader() {
        return HttpFailure.internal(NO_LEADER);
    }

    static HttpFailure http(Throwable failure) {
        Throwable cause = Causes.of(failure);
        if (cause instanceof HttpFailure already) {
            return already;
        }
        if (cause instanceof CancellationException) {
            // Its client is gone: nobody will read this.
            return HttpFailure.internal("given up");
        }
        if (cause instanceof RaftException.Unavailable) {
            return noLeader();
        }
        if (cause instanceof RaftException) {
            return HttpFailure.internal(LEADERSHIP_LOST);
        }
        LOG.error("A request failed in a way that nobody thought of", cause);
        return HttpFailure.internal(cause.toString());
    }
}
