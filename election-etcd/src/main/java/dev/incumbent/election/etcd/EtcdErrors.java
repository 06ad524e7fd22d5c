package dev.incumbent.election.etcd;

import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Refusal;
import io.grpc.Status;
import io.grpc.Status.Code;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Translates etcd's errors: the one place that knows what each of them leaves open, and the only one that reads their texts.
 *
 * <p>etcd tells several cases apart by text alone. Whatever is not known here leaves the outcome of a write open.
 */
final class EtcdErrors {

    private EtcdErrors() {}

    static <T> Outcome<T> write(Reply<?> reply) {
        return outcome(reply, true);
    }

    static <T> Outcome<T> read(Reply<?> reply) {
        return outcome(reply, false);
    }

    private static <T> Outcome<T> outcome(Reply<?> reply, boolean write) {
        Status status = reply.status();
        boolean mayHaveFilled = write && reply.sent() && isFull(status);
        Refusal refusal = refusal(status);
        if (refusal != null && !mayHaveFilled) {
            return new Outcome.Refused<>(refusal, message(status));
        }
        IOException cause = new IOException("etcd: " + message(status));
        boolean turnedAway = isNoLeader(status) || isBusy(status) || isStaleToken(status);
        boolean open = write && reply.sent() && !turnedAway;
        return open ? new Outcome.Ambiguous<>(cause) : new Outcome.Unavailable<>(cause);
    }

    /** Why the server declined, for good; null if it did not, or may have carried the request out. */
    static @Nullable Refusal refusal(Status status) {
        return switch (status.getCode()) {
            case NOT_FOUND -> has(status, "lease not found") ? Refusal.SESSION_GONE : Refusal.INVALID;
            case PERMISSION_DENIED -> Refusal.NOT_PERMITTED;
            case UNAUTHENTICATED -> has(status, "invalid auth token") ? null : Refusal.NOT_PERMITTED;
            case INVALID_ARGUMENT -> invalid(status);
            case FAILED_PRECONDITION, OUT_OF_RANGE, ALREADY_EXISTS, UNIMPLEMENTED -> Refusal.INVALID;
            case RESOURCE_EXHAUSTED -> isFull(status) ? Refusal.EXHAUSTED : null;
            default -> null;
        };
    }

    private static @Nullable Refusal invalid(Status status) {
        if (has(status, "revision of auth store is old")) {
            return null;
        }
        boolean credentials = has(status, "authentication failed")
                || has(status, "user name is empty")
                || has(status, "user name not found");
        return credentials ? Refusal.NOT_PERMITTED : Refusal.INVALID;
    }

    /** A lease of this id was granted before: ours, if the id is one that nobody else can have drawn. */
    static boolean isLeaseThere(Status status) {
        return status.getCode() == Code.FAILED_PRECONDITION && has(status, "lease already exists");
    }

    /**
     * The quota is used up. A write that crosses it is answered so, too, although it was carried out: it is declined for
     * certain only where a read finds nothing of it.
     */
    static boolean isFull(Status status) {
        return status.getCode() == Code.RESOURCE_EXHAUSTED && has(status, "database space exceeded");
    }

    /** The member knew no leader and turned the request away before proposing it. */
    static boolean isNoLeader(Status status) {
        return status.getCode() == Code.UNAVAILABLE && has(status, "no leader");
    }

    /** Turned away before it was proposed. */
    private static boolean isBusy(Status status) {
        return status.getCode() == Code.RESOURCE_EXHAUSTED && has(status, "too many requests");
    }

    /**
     * The token lapsed, or users were changed, or switched on, since it was asked for; a new one helps. Nothing was carried
     * out.
     */
    static boolean isStaleToken(Status status) {
        return (status.getCode() == Code.UNAUTHENTICATED && has(status, "invalid auth token"))
                || (status.getCode() == Code.INVALID_ARGUMENT
                        && (has(status, "revision of auth store is old") || has(status, "user name is empty")));
    }

    /** The same, as a watch is told of it, which carries a text alone. */
    static boolean isStaleToken(String cancelReason) {
        return cancelReason.contains("invalid auth token")
                || cancelReason.contains("auth store is old")
                || cancelReason.contains("user name is empty");
    }

    /** The user may not read what was to be watched. */
    static boolean isNotPermitted(String cancelReason) {
        return cancelReason.contains("permission denied");
    }

    /** The server runs without users, so no token is needed. */
    static boolean isAuthOff(Status status) {
        return status.getCode() == Code.FAILED_PRECONDITION && has(status, "authentication is not enabled");
    }

    static String message(Status status) {
        String text = status.getDescription();
        Throwable cause = status.getCause();
        String detail = text != null ? text : cause != null ? String.valueOf(cause.getMessage()) : "no description";
        String hint =
                switch (status.getCode()) {
                    case PERMISSION_DENIED ->
                        "; the user needs read and write access below the root, and to the native paths";
                    case RESOURCE_EXHAUSTED -> "; etcd's quota is used up, or the reply was too large";
                    default -> "";
                };
        return status.getCode() + ": " + detail + hint;
    }

    private static boolean has(Status status, String text) {
        String description = status.getDescription();
        return description != null && description.contains(text);
    }

    static <T> Outcome<T> unavailable(String why) {
        return new Outcome.Unavailable<>(new IllegalStateException(why));
    }

    /** Carries an outcome that is not done over to another type of answer. */
    static <T> Outcome<T> recast(Outcome<?> outcome) {
        return outcome.map(done -> {
            throw new IllegalStateException("done: " + done);
        });
    }
}
