package dev.incumbent.embedded.etcd.internal.store;

import java.util.Optional;

/**
 * What one user's password is checked against.
 *
 * @param authEnabled whether authentication is on
 * @param passwordless whether the user was added to be known by its certificate only
 * @param passwordHash what {@link Passwords#hash} made of the password; empty if there is no such user
 * @param authRevision the {@link AuthStore}'s revision; what a token issued now is bound to
 */
public record Credentials(boolean authEnabled, boolean passwordless, Optional<String> passwordHash, long authRevision) {

    /**
     * Checks a password. Takes milliseconds of computing, so not on the node's thread; any other.
     *
     * @param password what the caller gave
     * @return why not; empty if it is right
     */
    public Optional<EtcdError> check(String password) {
        if (!authEnabled) {
            return Optional.of(EtcdError.AUTH_NOT_ENABLED);
        }
        if (passwordless) {
            return Optional.of(EtcdError.NO_PASSWORD_USER);
        }
        boolean right = passwordHash.isPresent() && Passwords.matches(password, passwordHash.get());
        return right ? Optional.empty() : Optional.of(EtcdError.AUTH_FAILED);
    }

    /** Without the hash. */
    @Override
    public String toString() {
        return "Credentials[authEnabled=" + authEnabled + ", authRevision=" + authRevision + "]";
    }
}
