package dev.incumbent.fencing;

import dev.incumbent.fencing.Admission.Admitted;
import dev.incumbent.fencing.Admission.Refused;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A leader's only way to read and write a guarded resource: it seals on opening and then presents its token with every
 * access.
 *
 * <pre>{@code
 * try (FencedResource<Connection> ledger = FencedResource.open(guard, "ledger", leadership)) {
 *     Balance balance = ledger.read(connection -> load(connection));
 *     ledger.write(connection -> store(connection, balance.settled()));
 * }
 * }</pre>
 *
 * <h2>Guarantees</h2>
 * <ul>
 *   <li>Opening seals before it returns, so everything read through the handle includes every acknowledged write of
 *       older leaders, and none of theirs follows.
 *   <li>The token is the one captured on opening.
 *   <li>A refusal as stale is reported to the holder before it is thrown.
 * </ul>
 *
 * <h2>Does not guarantee</h2>
 * <ul>
 *   <li>Anything about resources that were not opened: a leader opens all that it owns before it serves.
 *   <li>That a write refused as stale never landed, if it was a retry; see {@link StaleTokenException}.
 * </ul>
 *
 * <p>May be used by any number of threads. Closing ends this handle only; the seal stays.
 *
 * @param <S> how the work reaches the store
 */
public class FencedResource<S> implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(FencedResource.class);

    private final FencingGuard<S> guard;
    private final FenceScope scope;
    private final TokenHolder holder;
    private final FencingToken token;
    private volatile boolean closed;

    /**
     * Seals the resource; there is no handle without a seal.
     *
     * @throws HolderExpiredException if the holder is no longer valid
     * @throws StaleTokenException if a newer token has sealed the resource
     * @throws TokenRefusedException if the guard refuses the token for another reason
     */
    protected FencedResource(FencingGuard<S> guard, FenceScope scope, TokenHolder holder) {
        this.guard = Objects.requireNonNull(guard, "guard");
        this.scope = Objects.requireNonNull(scope, "scope");
        this.holder = Objects.requireNonNull(holder, "holder");
        this.token = holder.token();
        requireValidHolder();
        Optional<FencingToken> before = valueOf(guard.seal(scope, token));
        log.info(
                "Sealed {} with {}, after {}",
                scope,
                token,
                before.map(FencingToken::toString).orElse("nobody"));
    }

    /**
     * Seals the named resource for the holder's election and returns the handle.
     *
     * @throws HolderExpiredException if the holder is no longer valid
     * @throws StaleTokenException if a newer token has sealed the resource; the holder was told
     * @throws TokenRefusedException if the guard refuses the token for another reason
     * @throws StoreUnavailableException if the store failed; opening again is safe
     * @throws WriteIndeterminateException if the store left open whether it sealed; opening again is safe
     */
    public static <S> FencedResource<S> open(FencingGuard<S> guard, String resource, TokenHolder holder) {
        return new FencedResource<>(guard, new FenceScope(holder.token().election(), resource), holder);
    }

    /** Seals a resource whose scope was configured where the resource is; otherwise as above. */
    public static <S> FencedResource<S> open(FencingGuard<S> guard, FenceScope scope, TokenHolder holder) {
        return new FencedResource<>(guard, scope, holder);
    }

    /** Seals the named resource for a bare token, whose holder is elsewhere and is not told of a refusal. */
    public static <S> FencedResource<S> open(FencingGuard<S> guard, String resource, FencingToken token) {
        return open(guard, resource, new BareToken(token));
    }

    /** Seals a resource of a configured scope for a bare token, whose holder is elsewhere and is not told. */
    public static <S> FencedResource<S> open(FencingGuard<S> guard, FenceScope scope, FencingToken token) {
        return open(guard, scope, new BareToken(token));
    }

    /**
     * Seals several resources of one store, in the order of their names so that two leaders cannot each hold half of
     * them for long, and stops at the first that refuses; the exception names it. What was sealed before it stays
     * sealed.
     *
     * @return the handles by resource, in that order
     */
    public static <S> Map<String, FencedResource<S>> openAll(
            FencingGuard<S> guard, Collection<String> resources, TokenHolder holder) {
        Map<String, FencedResource<S>> handles = new LinkedHashMap<>();
        for (String resource : new TreeSet<>(resources)) {
            handles.put(resource, open(guard, resource, holder));
        }
        return Collections.unmodifiableMap(handles);
    }

    /**
     * Runs the work in one atomic step with the check of the token, and returns what it returned.
     *
     * @throws X what the work threw
     * @throws IllegalStateException if this handle is closed
     * @throws HolderExpiredException if the holder is no longer valid; the store was not asked
     * @throws StaleTokenException if a newer token has sealed the resource; the holder was told
     * @throws TokenRefusedException if the guard refuses the token for another reason
     * @throws StoreUnavailableException if the store failed and nothing was written
     * @throws WriteIndeterminateException if the store left open whether it committed
     */
    public final <T extends @Nullable Object, X extends Exception> T write(FencedWork<? super S, T, X> work) throws X {
        return accessThrough(guard, work);
    }

    /**
     * Runs work that only reads. It is checked exactly as a write is: a deposed leader learns nothing that it could
     * take for the present state. Throws what {@link #write} throws.
     */
    public final <T extends @Nullable Object, X extends Exception> T read(FencedWork<? super S, T, X> work) throws X {
        return accessThrough(guard, work);
    }

    /** Runs work through another door to the same store and the same marks, such as the caller's own transaction. */
    protected final <T extends @Nullable Object, X extends Exception> T accessThrough(
            FencingGuard<S> door, FencedWork<? super S, T, X> work) throws X {
        if (closed) {
            throw new IllegalStateException("The handle of " + scope + " is closed");
        }
        requireValidHolder();
        return valueOf(door.admit(scope, token, work));
    }

    /** Returns the token that every access presents. */
    public final FencingToken token() {
        return token;
    }

    /** Returns the resource, and the election that guards it. */
    public final FenceScope scope() {
        return scope;
    }

    /** Ends this handle; idempotent. Work in progress is not waited for. */
    @Override
    public final void close() {
        closed = true;
    }

    private void requireValidHolder() {
        if (!holder.isValid()) {
            throw new HolderExpiredException(scope, token);
        }
    }

    private <T extends @Nullable Object> T valueOf(Admission<T> admission) {
        if (admission instanceof Admitted<T> admitted) {
            return admitted.value();
        }
        Refusal refusal = ((Refused<T>) admission).refusal();
        if (refusal instanceof Refusal.Stale stale) {
            log.info("Fenced: {} refused {}: {}", scope, token, refusal.explain());
            holder.fenced(stale.highest());
            throw new StaleTokenException(scope, token, stale);
        }
        throw new TokenRefusedException(scope, token, refusal);
    }

    /** A token whose holder is elsewhere: only the store can tell when it is over. */
    private record BareToken(FencingToken token) implements TokenHolder {
        @Override
        public boolean isValid() {
            return true;
        }

        @Override
        public void fenced(@Nullable FencingToken highest) {
            // The exception that follows is all that the caller gets.
        }
    }
}
