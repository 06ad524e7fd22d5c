package dev.incumbent.fencing;

import java.util.Optional;

/**
 * A store refused a token as stale: FENCED, since somebody newer has sealed the resource.
 *
 * <p>After a retry this can also mean that the first try landed and then somebody took over. Whoever must know which
 * gives each write an idempotency key and looks for it under a token that is admitted.
 */
public final class StaleTokenException extends TokenRefusedException {

    private static final long serialVersionUID = 1L;

    private static final String ADVICE =
            " If this was a retry, being FENCED can mean that the first try landed and then"
                    + " somebody took over; only an idempotency key stored with the write tells.";

    private final transient Refusal.Stale stale;

    StaleTokenException(FenceScope scope, FencingToken token, Refusal.Stale stale) {
        super(scope, token, stale, ADVICE);
        this.stale = stale;
    }

    /** Returns the token that sealed the resource, if the store can name it. */
    public Optional<FencingToken> highest() {
        return Optional.ofNullable(stale.highest());
    }
}
