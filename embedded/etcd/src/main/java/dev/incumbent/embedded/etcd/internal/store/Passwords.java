package dev.incumbent.embedded.etcd.internal.store;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * Makes of passwords what the log may hold. etcd uses bcrypt, which the JDK lacks; a hash never leaves the cluster, so that
 * PBKDF2 serves as well. Few rounds: this is a server for tests, and they sign in often.
 */
public final class Passwords {

    private static final String ALGORITHM = "PBKDF2WithHmacSHA256";
    private static final int ROUNDS = 10_000;
    private static final int BITS = 256;

    private Passwords() {}

    /**
     * Hashes a password for {@code hashedPassword} of a request that is about to be proposed; the proposer clears
     * {@code password} there. Takes milliseconds; any thread.
     *
     * @param password the password; may be empty
     * @param salt 16 random bytes
     * @return salt, rounds and hash as text
     */
    public static String hash(String password, byte[] salt) {
        return hash(password, salt, ROUNDS);
    }

    private static String hash(String password, byte[] salt, int rounds) {
        Base64.Encoder encoder = Base64.getEncoder();
        return rounds + "$" + encoder.encodeToString(salt) + "$"
                + encoder.encodeToString(derive(password, salt, rounds));
    }

    private static byte[] derive(String password, byte[] salt, int rounds) {
        PBEKeySpec key = new PBEKeySpec(password.toCharArray(), salt, rounds, BITS);
        try {
            return SecretKeyFactory.getInstance(ALGORITHM).generateSecret(key).getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every JDK has " + ALGORITHM, e);
        } finally {
            key.clearPassword();
        }
    }

    /** Whether a password is the one that a hash was made of. A hash that is none, such as an empty one, matches nothing. */
    static boolean matches(String password, String hash) {
        String[] parts = hash.split("\\$", -1);
        if (parts.length != 3) {
            return false;
        }
        try {
            byte[] salt = Base64.getDecoder().decode(parts[1]);
            byte[] expected = Base64.getDecoder().decode(parts[2]);
            return MessageDigest.isEqual(expected, derive(password, salt, Integer.parseInt(parts[0])));
        } catch (IllegalArgumentException noHash) {
            return false;
        }
    }
}
