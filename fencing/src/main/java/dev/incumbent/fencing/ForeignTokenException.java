package dev.incumbent.fencing;

/**
 * Two tokens of different authorities or elections met where only tokens of one may be compared.
 *
 * <p>Usually two services were pointed at the same resource, or a service at the wrong coordinator. After a coordinator
 * was rebuilt, its old authority has to be carried over for the old marks to stay comparable.
 */
public final class ForeignTokenException extends FencingException {

    private static final long serialVersionUID = 1L;

    private final transient FencingToken token;
    private final transient FencingToken other;

    ForeignTokenException(FencingToken token, FencingToken other) {
        super("Tokens are comparable within one authority and election only: " + token + " met " + other);
        this.token = token;
        this.other = other;
    }

    /** Returns the token that was presented. */
    public FencingToken token() {
        return token;
    }

    /** Returns the token that it was to be compared with. */
    public FencingToken other() {
        return other;
    }
}
