package dev.incumbent.election.zookeeper;

import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Refusal;
import java.io.IOException;
import org.apache.zookeeper.KeeperException.Code;
import org.jspecify.annotations.Nullable;

/**
 * Translates ZooKeeper's error codes: the one place that knows what each of them leaves open.
 *
 * <p>What a code means within one request ("no node" for a withdrawal is success) is the request's business and handled
 * before it comes here.
 */
final class KeeperErrors {

    private KeeperErrors() {}

    static <T> Outcome<T> write(Reply<?> reply) {
        return outcome(reply.code(), reply.path(), true);
    }

    static <T> Outcome<T> read(Reply<?> reply) {
        return outcome(reply.code(), reply.path(), false);
    }

    private static <T> Outcome<T> outcome(Code code, String path, boolean write) {
        Refusal refusal = refusal(code);
        if (refusal != null) {
            return new Outcome.Refused<>(refusal, message(code, path));
        }
        IOException cause = new IOException("ZooKeeper: " + message(code, path));
        return write && mayHaveTakenEffect(code) ? new Outcome.Ambiguous<>(cause) : new Outcome.Unavailable<>(cause);
    }

    private static @Nullable Refusal refusal(Code code) {
        return switch (code) {
            case SESSIONEXPIRED -> Refusal.SESSION_GONE;
            case NOAUTH, AUTHFAILED, SESSIONCLOSEDREQUIRESASLAUTH -> Refusal.NOT_PERMITTED;
            case QUOTAEXCEEDED -> Refusal.EXHAUSTED;
            case NONODE,
                    NODEEXISTS,
                    BADVERSION,
                    NOTEMPTY,
                    NOCHILDRENFOREPHEMERALS,
                    INVALIDACL,
                    INVALIDCALLBACK,
                    BADARGUMENTS,
                    UNIMPLEMENTED,
                    MARSHALLINGERROR -> Refusal.INVALID;
            default -> null;
        };
    }

    /** A throttled request and one that a read-only server turned away were never carried out; of the others nobody knows. */
    private static boolean mayHaveTakenEffect(Code code) {
        return code != Code.THROTTLEDOP && code != Code.NOTREADONLY;
    }

    static String message(Code code, String path) {
        String hint =
                switch (code) {
                    case NOAUTH -> "; the ACL of this node does not allow it to the identities of this client";
                    case AUTHFAILED -> "; the server rejected this client's credentials";
                    case NONODE -> "; the node or its parent does not exist";
                    case MARSHALLINGERROR -> "; the request may exceed jute.maxbuffer";
                    default -> "";
                };
        return code + " for " + path + hint;
    }

    /** Whether the answer came out of the quorum's pipeline, so that it orders what is read after it. */
    static boolean passedQuorum(Reply<?> multi) {
        return switch (multi.code()) {
            case OK, NONODE, BADVERSION, NOAUTH -> true;
            default -> false;
        };
    }

    static <T> Outcome<T> unavailable(String why) {
        return new Outcome.Unavailable<>(new IllegalStateException(why));
    }
}
