package dev.incumbent.election.consul;

/**
 * An ACL token.
 *
 * @param secret its secret id
 */
record Token(String secret) {

    /** Leaves the secret out. */
    @Override
    public String toString() {
        return "Token[...]";
    }
}
