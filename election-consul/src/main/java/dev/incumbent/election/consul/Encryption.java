package dev.incumbent.election.consul;

import dev.incumbent.election.ElectionConfigException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * How connections are encrypted.
 *
 * @param given the caller's own context
 * @param trusted who signs agents' certificates, null for those the JVM trusts
 * @param certificate our own, null for none
 * @param key its private key
 */
record Encryption(
        @Nullable SSLContext given,
        @Nullable Path trusted,
        @Nullable Path certificate,
        @Nullable Path key) {

    private static final char[] NO_PASSWORD = new char[0];
    private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String END = "-----END PRIVATE KEY-----";

    static Encryption none() {
        return new Encryption(null, null, null, null);
    }

    static Encryption of(SSLContext context) {
        return new Encryption(context, null, null, null);
    }

    Encryption trusting(Path certificates) {
        return new Encryption(null, certificates, certificate, key);
    }

    Encryption showing(Path own, Path ownKey) {
        return new Encryption(null, trusted, own, ownKey);
    }

    boolean isConfigured() {
        return given != null || trusted != null || certificate != null;
    }

    /** The context; null for the JVM's own. */
    @Nullable
    SSLContext context() {
        if (given != null || !isConfigured()) {
            return given;
        }
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keyManagers(), trustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException | IllegalArgumentException unusable) {
            throw new ElectionConfigException("TLS cannot be set up with " + trusted + ", " + certificate + ", " + key
                    + ": " + unusable.getMessage());
        }
    }

    private KeyManager @Nullable [] keyManagers() throws GeneralSecurityException, IOException {
        Path own = certificate;
        Path ownKey = key;
        if (own == null || ownKey == null) {
            return null;
        }
        List<Certificate> chain = certificates(own);
        KeyStore store = empty();
        store.setKeyEntry("own", privateKey(ownKey, chain.get(0)), NO_PASSWORD, chain.toArray(Certificate[]::new));
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, NO_PASSWORD);
        return factory.getKeyManagers();
    }

    private TrustManager @Nullable [] trustManagers() throws GeneralSecurityException, IOException {
        Path signers = trusted;
        if (signers == null) {
            return null;
        }
        KeyStore store = empty();
        for (Certificate signer : certificates(signers)) {
            store.setCertificateEntry("signer-" + store.size(), signer);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, NO_PASSWORD);
        return store;
    }

    private static List<Certificate> certificates(Path pem) throws GeneralSecurityException, IOException {
        try (InputStream in = Files.newInputStream(pem)) {
            List<Certificate> read =
                    new ArrayList<>(CertificateFactory.getInstance("X.509").generateCertificates(in));
            if (read.isEmpty()) {
                throw new IllegalArgumentException("no certificate in " + pem);
            }
            return read;
        }
    }

    private static PrivateKey privateKey(Path pem, Certificate certificate)
            throws GeneralSecurityException, IOException {
        String text = Files.readString(pem, StandardCharsets.US_ASCII);
        int begin = text.indexOf(BEGIN);
        int end = text.indexOf(END);
        if (begin < 0 || end < begin) {
            throw new IllegalArgumentException("no private key in PKCS #8 in " + pem);
        }
        byte[] der = Base64.getMimeDecoder().decode(text.substring(begin + BEGIN.length(), end));
        return KeyFactory.getInstance(certificate.getPublicKey().getAlgorithm())
                .generatePrivate(new PKCS8EncodedKeySpec(der));
    }
}
