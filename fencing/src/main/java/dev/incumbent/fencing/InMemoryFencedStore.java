package dev.incumbent.fencing;

import dev.incumbent.fencing.Admission.Admitted;
import dev.incumbent.fencing.Admission.Refused;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A value in memory that is read and written under a fencing token: the mark is compared under the same lock as the
 * work is done.
 *
 * <p>All work, of all scopes, takes turns, and a seal waits for the work in progress; so the work should be short. It
 * runs under the lock and must keep no reference to the value. Work that throws leaves the value as far as it got.
 *
 * <p>Value and marks share one fate, the process's: this store suits a server that holds its state in memory, and tests.
 *
 * @param <S> the guarded value, usually a mutable collection
 */
public final class InMemoryFencedStore<S> implements FencingGuard<S> {

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<FenceScope, FencingToken> marks = new HashMap<>();
    private final S value;
    private final MarkRule rule;

    /** Guards the value, which nobody else may touch from now on. */
    public InMemoryFencedStore(S value) {
        this(value, MarkRule.standard());
    }

    /** Guards the value, which nobody else may touch from now on, by a rule with a clock of its own. */
    public InMemoryFencedStore(S value, MarkRule rule) {
        this.value = Objects.requireNonNull(value, "value");
        this.rule = Objects.requireNonNull(rule, "rule");
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if called from within work on this store, the rest of which would run under a mark
     *     that is no longer its own
     */
    @Override
    public Admission<Optional<FencingToken>> seal(FenceScope scope, FencingToken token) {
        if (lock.isHeldByCurrentThread()) {
            throw new IllegalStateException("Work on a fenced store may not seal it: " + scope);
        }
        lock.lock();
        try {
            FencingToken mark = marks.get(scope);
            Optional<Refusal> refusal = rule.seal(scope, mark, token);
            if (refusal.isPresent()) {
                return new Refused<>(refusal.get());
            }
            marks.put(scope, token);
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
            Optional<Refusal> refusal = rule.access(scope, marks.get(scope), token);
            return refusal.isPresent() ? new Refused<>(refusal.get()) : new Admitted<>(work.apply(value));
        } finally {
            lock.unlock();
        }
    }
}
