package dev.incumbent.election.consul;

import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Refusal;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Translates Consul's errors: the one place that knows what each of them leaves open, and the only one that reads their texts.
 *
 * <p>Consul answers 500 to nearly everything that goes wrong and tells cases apart by text alone. Whatever is not known here
 * leaves the outcome of a write open.
 */
final class ConsulErrors {

    /** Said before anything is proposed to Raft, or before there was a connection to a server. */
    private static final List<String> TURNED_AWAY =
            List.of("no cluster leader", "node is not the leader", "rpc error getting client: failed to get conn");

    private ConsulErrors() {}

    static <T> Outcome<T> write(Reply<?> reply) {
        return outcome(reply.why(), leavesOpen(reply.why()));
    }

    static <T> Outcome<T> read(Reply<?> reply) {
        return outcome(reply.why(), false);
    }

    private static <T> Outcome<T> outcome(Trouble trouble, boolean open) {
        Refusal refusal = refusal(trouble);
        if (refusal != null) {
            return new Outcome.Refused<>(refusal, trouble.text());
        }
        IOException cause = new IOException("Consul: " + message(trouble));
        return open ? new Outcome.Ambiguous<>(cause) : new Outcome.Unavailable<>(cause);
    }

    private static String message(Trouble trouble) {
        return trouble.status() == 0 ? trouble.text() : trouble.status() + " " + trouble.text();
    }

    /** Whether a write that met this may have been carried out, or may still be. */
    static boolean leavesOpen(Trouble trouble) {
        boolean declined = refusal(trouble) != null || trouble.status() == 429;
        return trouble.sent() && !declined && !(trouble.status() == 500 && hasAny(trouble.text(), TURNED_AWAY));
    }

    /** Why Consul declined, for good; null if it did not, or may have carried the request out. */
    static @Nullable Refusal refusal(Trouble trouble) {
        return switch (trouble.status()) {
            case 403 -> Refusal.NOT_PERMITTED;
            case 404 -> has(trouble.text(), "session id") ? Refusal.SESSION_GONE : Refusal.INVALID;
            case 400, 405, 413 -> Refusal.INVALID;
            case 500 -> refusalOf500(trouble.text());
            default -> null;
        };
    }

    private static @Nullable Refusal refusalOf500(String text) {
        if (has(text, "permission denied") || has(text, "acl not found")) {
            return Refusal.NOT_PERMITTED;
        }
        boolean invalid = has(text, "invalid session ttl")
                || has(text, "invalid lockdelay")
                || has(text, "invalid lock-delay")
                || has(text, "no path to datacenter")
                || has(text, "missing node registration")
                || has(text, "must provide");
        return invalid ? Refusal.INVALID : null;
    }

    /** Why a Txn was not carried out. */
    enum Denial {
        /** The session that was to lock does not exist. */
        NO_SESSION,
        /** A key does not belong to the session that was named. */
        NOT_HELD,
        /** A key's index is another than the one that was named. */
        OTHER_INDEX,
        /** A key that was to be locked belongs to another session, or did so of late. */
        HELD,
        /** The token does not allow it. */
        NOT_PERMITTED,
        /** The request itself is wrong. */
        INVALID
    }

    static Denial denial(TxnAnswer.Failure failure) {
        String what = failure.what();
        if (has(what, "permission denied") || has(what, "acl not found")) {
            return Denial.NOT_PERMITTED;
        }
        if (has(what, "invalid session")) {
            return Denial.NO_SESSION;
        }
        if (has(what, "session check") || has(what, "isn't held") || has(what, "not held")) {
            return Denial.NOT_HELD;
        }
        if (has(what, "lock is already held") || has(what, "lock delay")) {
            return Denial.HELD;
        }
        boolean index = has(what, "index check") || has(what, "index is stale") || has(what, "exist");
        return index ? Denial.OTHER_INDEX : Denial.INVALID;
    }

    /** All that a Txn was declined for, in Consul's words. */
    static String message(TxnAnswer answer) {
        return String.join(
                "; ", answer.errors().stream().map(TxnAnswer.Failure::what).toList());
    }

    private static boolean has(String text, String part) {
        return text.toLowerCase(Locale.ROOT).contains(part);
    }

    private static boolean hasAny(String text, List<String> parts) {
        return parts.stream().anyMatch(part -> has(text, part));
    }

    static <T> Outcome<T> unavailable(String why) {
        return new Outcome.Unavailable<>(new IllegalStateException(why));
    }

    /** Carries over an outcome that has no value. */
    static <T> Outcome<T> recast(Outcome<?> outcome) {
        if (outcome instanceof Outcome.Done) {
            throw new IllegalArgumentException("there is a value: " + outcome);
        }
        return outcome.map(value -> {
            throw new IllegalStateException();
        });
    }
}
