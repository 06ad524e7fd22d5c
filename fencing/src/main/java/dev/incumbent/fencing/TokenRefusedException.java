package dev.incumbent.fencing;

/** A store refused a token; nothing was read or written. */
public class TokenRefusedException extends FencingException {

    private static final long serialVersionUID = 1L;

    private final transient FenceScope scope;
    private final transient FencingToken token;
    private final transient Refusal refusal;

    TokenRefusedException(FenceScope scope, FencingToken token, Refusal refusal) {
        this(scope, token, refusal, "");
    }

    TokenRefusedException(FenceScope scope, FencingToken token, Refusal refusal, String advice) {
        super("Token " + token + " was refused at " + scope + ": " + refusal.explain() + "." + advice);
        this.scope = scope;
        this.token = token;
        this.refusal = refusal;
    }

    /** Returns the resource that refused, and the election that guards it. */
    public FenceScope scope() {
        return scope;
    }

    /** Returns the token that was refused. */
    public FencingToken token() {
        return token;
    }

    /** Returns why. */
    public Refusal refusal() {
        return refusal;
    }
}
