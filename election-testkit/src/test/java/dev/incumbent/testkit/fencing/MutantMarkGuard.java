package dev.incumbent.testkit.fencing;

import dev.incumbent.fencing.Admission;
import dev.incumbent.fencing.Admission.Admitted;
import dev.incumbent.fencing.Admission.Refused;
import dev.incumbent.fencing.FenceScope;
import dev.incumbent.fencing.FencedWork;
import dev.incumbent.fencing.FencingGuard;
import dev.incumbent.fencing.FencingToken;
import dev.incumbent.fencing.MarkRule;
import dev.incumbent.fencing.Refusal;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A guard in memory that is broken in one way. */
final class MutantMarkGuard<S> implements FencingGuard<S> {

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<FenceScope, FencingToken> marks = new HashMap<>();
    private final S value;
    private final Mutation mutation;
    private final MarkRule rule;

    MutantMarkGuard(S value, Mutation mutation) {
        this.value = value;
        this.mutation = mutation;
        this.rule = mutation == Mutation.NO_CAP
                ? MarkRule.on(() -> Instant.MAX.minusSeconds(100_000))
                : MarkRule.standard();
    }

    @Override
    public Admission<Optional<FencingToken>> seal(FenceScope scope, FencingToken token) {
        lock.lock();
        try {
            FencingToken mark = marks.get(scope);
            Optional<Refusal> refusal = rule.seal(scope, seen(mark, token), token);
            if (refusal.isPresent()) {
                return new Refused<>(refusal.get());
            }
            if (mutation != Mutation.NO_SEAL) {
                marks.put(scope, token);
            }
            return new Admitted<>(Optional.ofNullable(mark));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public <T extends @Nullable Object, X extends Exception> Admission<T> admit(
            FenceScope scope, @Nullable FencingToken token, FencedWork<? super S, T, X> work) throws X {
        lock.lock();
        try {
            Optional<Refusal> refusal = check(scope, token);
            if (refusal.isPresent()) {
                return new Refused<>(refusal.get());
            }
            if (mutation != Mutation.CHECK_THEN_ACT) {
                return new Admitted<>(work.apply(value));
            }
        } finally {
            lock.unlock();
        }
        return new Admitted<>(work.apply(value));
    }

    private Optional<Refusal> check(FenceScope scope, @Nullable FencingToken token) {
        FencingToken mark = marks.get(scope);
        if (token == null) {
            return mutation == Mutation.ACCEPTS_TOKENLESS ? Optional.empty() : rule.access(scope, mark, null);
        }
        Optional<Refusal> refusal = rule.access(scope, seen(mark, token), token);
        switch (mutation) {
            case ACCEPTS_LOWER -> {
                return refusal.filter(reason -> !(reason instanceof Refusal.Stale));
            }
            case REFUSES_EQUAL -> {
                if (refusal.isEmpty() && !marks.containsKey(written(scope, token))) {
                    marks.put(written(scope, token), token);
                    return refusal;
                }
                return refusal.isEmpty() ? Optional.of(new Refusal.Stale(mark)) : refusal;
            }
            case NO_SEAL -> {
                if (refusal.isPresent() && refusal.get() instanceof Refusal.Unsealed) {
                    marks.put(scope, token);
                    return Optional.empty();
                }
                return refusal;
            }
            default -> {
                return refusal;
            }
        }
    }

    private static FenceScope written(FenceScope scope, FencingToken token) {
        return new FenceScope(scope.election(), scope.resource() + " written by " + token);
    }

    /** The mark as the mutant's comparison takes it. */
    private @Nullable FencingToken seen(@Nullable FencingToken mark, FencingToken token) {
        if (mark == null) {
            return null;
        }
        return switch (mutation) {
            case IGNORES_GENERATION ->
                new FencingToken(mark.authority(), mark.election(), token.generation(), mark.epoch());
            case IGNORES_AUTHORITY ->
                new FencingToken(token.authority(), mark.election(), mark.generation(), mark.epoch());
            default -> mark;
        };
    }
}
