package dev.incumbent.embedded.etcd.internal.server;

import dev.incumbent.embedded.etcd.internal.store.EtcdError;
import dev.incumbent.embedded.members.Causes;
import dev.incumbent.embedded.raft.RaftException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From what went wrong inside to the status that a client is given. */
final class Failures {

    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    private Failures() {}

    static StatusRuntimeException refusal(EtcdError error) {
        return error.status().asRuntimeException();
    }

    /** A plain error of Go's, which gRPC calls UNKNOWN. */
    static StatusRuntimeException unknown(String text) {
        return Status.UNKNOWN.withDescription(text).asRuntimeException();
    }

    /** What Go makes of a status when it prints it: etcd gives this, not the bare text, as the reason of a refused watch. */
    static String goText(EtcdError error) {
        Status status = error.status();
        StringBuilder code = new StringBuilder();
        char before = '_';
        for (char letter : status.getCode().name().toCharArray()) {
            if (letter != '_') {
                code.append(before == '_' ? letter : Character.toLowerCase(letter));
            }
            before = letter;
        }
        return "rpc error: code = " + code + " desc = " + status.getDescription();
    }

    static StatusRuntimeException status(Throwable failure) {
        Throwable cause = Causes.of(failure);
        if (cause instanceof StatusRuntimeException already) {
            return already;
        }
        if (cause instanceof RaftException.Overloaded) {
            return refusal(EtcdError.TOO_MANY_REQUESTS);
        }
        if (cause instanceof RaftException || cause instanceof TimeoutException) {
            // Whether or not it took effect: etcd does not tell these apart, and clients have to live with that.
            return refusal(EtcdError.TIMEOUT);
        }
        LOG.error("A request failed in a way that nobody thought of", cause);
        return Status.INTERNAL.withDescription(cause.toString()).asRuntimeException();
    }
}
