package dev.incumbent.fencing.jdbc;

import dev.incumbent.fencing.FenceScope;
import dev.incumbent.fencing.StoreUnavailableException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A seal waited in vain for a transaction of an older leader, perhaps one that froze in the middle.
 *
 * <p>Nothing was sealed. Trying again is safe; if the same blocker shows up each time, end its session in the database.
 */
public final class SealTimeoutException extends StoreUnavailableException {

    private static final long serialVersionUID = 1L;

    private final @Nullable String blockers;

    SealTimeoutException(FenceScope scope, Duration timeout, @Nullable String blockers, Throwable cause) {
        super(
                "Could not seal " + scope + " within " + timeout + ", blocked by "
                        + (blockers == null ? "a transaction that the database does not name" : blockers),
                cause);
        this.blockers = blockers;
    }

    /** Returns who was in the way, in the database's terms, if it could tell. */
    public Optional<String> blockers() {
        return Optional.ofNullable(blockers);
    }
}
