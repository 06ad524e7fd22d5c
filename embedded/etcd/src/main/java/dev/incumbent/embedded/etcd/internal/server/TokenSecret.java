package dev.incumbent.embedded.etcd.internal.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes and checks tokens. All members share one, so that each knows the tokens of the others; it ends with the cluster object, as
 * etcd's simple tokens end with the server.
 *
 * <p>A token names its user and when it was made, and is signed together with the hash of the user's password: with another
 * password, or another user of the same name, it is worth nothing. It also names the revision of users and roles it was issued at, so
 * that all can be forgotten at once.
 */
public final class TokenSecret {

    private static final String ALGORITHM = "HmacSHA256";
    private static final int NONCE_BYTES = 12;

    private final SecureRandom random = new SecureRandom();
    private final SecretKeySpec key;
    private final AtomicLong oldest = new AtomicLong();

    /** Draws one. */
    public TokenSecret() {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        key = new SecretKeySpec(bytes, ALGORITHM);
    }

    /** Tokens that were issued before this revision of users and roles are worth nothing from now on. */
    void forgetBefore(long authRevision) {
        oldest.accumulateAndGet(authRevision, Math::max);
    }

    String issue(String user, String passwordHash, long authRevision, long nowNanos) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        String claim = encode(user.getBytes(UTF_8)) + "." + authRevision + "." + nowNanos + "." + encode(nonce);
        return claim + "." + encode(sign(claim, passwordHash));
    }

    /** What a token says, not yet whether that is true. */
    static Optional<Claim> parse(String token) {
        String[] parts = token.split("\\.", -1);
        if (parts.length != 5) {
            return Optional.empty();
        }
        try {
            String user = new String(Base64.getUrlDecoder().decode(parts[0]), UTF_8);
            byte[] signature = Base64.getUrlDecoder().decode(parts[4]);
            return Optional.of(new Claim(
                    user,
                    Long.parseLong(parts[1]),
                    Long.parseLong(parts[2]),
                    token.substring(0, token.length() - parts[4].length() - 1),
                    signature));
        } catch (IllegalArgumentException notOurs) {
            return Optional.empty();
        }
    }

    boolean genuine(Claim claim, String passwordHash) {
        return claim.authRevision() >= oldest.get()
                && MessageDigest.isEqual(sign(claim.signed(), passwordHash), claim.signature());
    }

    private byte[] sign(String claim, String passwordHash) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac.doFinal((claim + "\n" + passwordHash).getBytes(UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** A token, taken apart. */
    @SuppressWarnings("ArrayRecordComponent") // never compared as a whole
    record Claim(String user, long authRevision, long issuedNanos, String signed, byte[] signature) {}
}
