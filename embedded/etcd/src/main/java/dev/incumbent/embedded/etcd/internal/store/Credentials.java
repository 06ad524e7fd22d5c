package dev.incumbent.embedded.etcd.internal.store;

import java.util.Optional;

/**
 * What one user's password is checked against.
 *
 * @param authEnabled whether authentication is on
 * @param passwordHash what {@link Passwords#hash} made of the password; empty if there is no such user, or if it has none
 * @param authRevision the revision that a token issued now is bound to
 */
@SuppressWarnings("DoNotCallSuggester") // until it is there
public record Credentials(boolean authEnabled, Optional<String> passwordHash, long authRevision) {

    /** Checks a password. Takes milliseconds of computing: not on the node's thread. Empty if it is right. */
    public Optional<EtcdError> check(String password) {
        throw new UnsupportedOperationException(password);
    }
}
