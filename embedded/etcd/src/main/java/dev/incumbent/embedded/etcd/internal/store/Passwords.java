package dev.incumbent.embedded.etcd.internal.store;

/** Makes of passwords what the log may hold. */
@SuppressWarnings("DoNotCallSuggester") // until it is there
public final class Passwords {

    private Passwords() {}

    /**
     * Hashes a password for {@code hashedPassword} of a request that is proposed; {@code password} is cleared there.
     *
     * @param password the password
     * @param salt 16 random bytes
     * @return the hash, with its salt and parameters
     */
    public static String hash(String password, byte[] salt) {
        throw new UnsupportedOperationException(password + salt.length);
    }
}
