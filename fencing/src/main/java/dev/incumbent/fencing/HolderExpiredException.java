package dev.incumbent.fencing;

/** A fenced resource was used after its token's holder had stopped being valid; the store was not asked. */
public final class HolderExpiredException extends FencingException {

    private static final long serialVersionUID = 1L;

    private final transient FencingToken token;

    HolderExpiredException(FenceScope scope, FencingToken token) {
        super("The holder of " + token + " is no longer valid, so " + scope + " was not touched");
        this.token = token;
    }

    /** Returns the token whose holder is no longer valid. */
    public FencingToken token() {
        return token;
    }
}
