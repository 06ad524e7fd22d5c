package dev.incumbent.fencing;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The rule of every guard that keeps a mark: only the token that equals the mark passes, a lower one is stale, a higher
 * one must seal first.
 *
 * <p>Equal must pass, or a leader's second write fails. Higher must not, or a new leader could read, be overtaken by
 * the old one's write, and then write over it.
 *
 * <p>The rule also caps the generation of a token that seals at one day from now, since generations are Unix times (or
 * zero) and a forged one from the far future would lock everybody out. Epochs are not capped: they leap legitimately,
 * by 2<sup>32</sup> with each new ZooKeeper leader.
 *
 * <p>Immutable and free of I/O but for its clock. Guards call it inside the store's atomic step.
 */
public final class MarkRule {

    private static final Duration ALLOWANCE = Duration.ofDays(1);

    private final InstantSource clock;

    private MarkRule(InstantSource clock) {
        this.clock = clock;
    }

    /** Returns the rule on the system clock. */
    public static MarkRule standard() {
        return new MarkRule(SystemClock.INSTANCE);
    }

    /** Returns the rule on the given wall clock. */
    public static MarkRule on(InstantSource clock) {
        return new MarkRule(Objects.requireNonNull(clock, "clock"));
    }

    /**
     * Decides whether the token may become the scope's mark; empty means yes.
     *
     * @param mark the present mark, or null if there is none
     */
    public Optional<Refusal> seal(FenceScope scope, @Nullable FencingToken mark, FencingToken token) {
        if (isForeign(scope, mark, token)) {
            return Optional.of(new Refusal.Foreign(mark));
        }
        if (mark != null && mark.isNewerThan(token)) {
            return Optional.of(new Refusal.Stale(mark));
        }
        long limit = clock.instant().plus(ALLOWANCE).getEpochSecond();
        return token.generation() > limit
                ? Optional.of(new Refusal.Implausible(token.generation(), limit))
                : Optional.empty();
    }

    /**
     * Decides whether work under the token may be done; empty means yes.
     *
     * @param mark the present mark, or null if there is none
     * @param token what the caller presented, or null if nothing
     */
    public Optional<Refusal> access(FenceScope scope, @Nullable FencingToken mark, @Nullable FencingToken token) {
        if (token == null) {
            return Optional.of(new Refusal.Missing());
        }
        if (isForeign(scope, mark, token)) {
            return Optional.of(new Refusal.Foreign(mark));
        }
        if (token.equals(mark)) {
            return Optional.empty();
        }
        boolean stale = mark != null && mark.isNewerThan(token);
        return Optional.of(stale ? new Refusal.Stale(mark) : new Refusal.Unsealed(mark));
    }

    private static boolean isForeign(FenceScope scope, @Nullable FencingToken mark, FencingToken token) {
        return !token.election().equals(scope.election()) || (mark != null && !mark.sameScope(token));
    }
}
