package dev.incumbent.realservers;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * Keys and certificates (PEM; keys as PKCS #8) made for one test: a server's for 127.0.0.1 and localhost, and a client's,
 * whose common name is {@code client}. Each certificate signs itself; {@code ca} holds both.
 *
 * <p>Made with the JDK's {@code keytool}; valid for a week.
 *
 * @param ca what either side is to trust
 * @param serverCertificate the server's certificate
 * @param serverKey the server's private key
 * @param clientCertificate the client's certificate
 * @param clientKey the client's private key
 */
public record TlsFiles(Path ca, Path serverCertificate, Path serverKey, Path clientCertificate, Path clientKey) {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String TYPE = "PKCS12";
    private static final String ALIAS = "key";

    /**
     * Makes new ones in a temporary directory that only this user can read; {@link #delete()} removes it.
     *
     * @param organisation part of the certificates' subjects
     * @throws RealServerException if keytool does not make them
     */
    public static TlsFiles create(String organisation) {
        Path home;
        try {
            home = Files.createTempDirectory(
                    "real-servers-tls-",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new RealServerException("No temporary directory", e);
        }
        TlsFiles files = new TlsFiles(
                home.resolve("ca.pem"),
                home.resolve("server.pem"),
                home.resolve("server.key"),
                home.resolve("client.pem"),
                home.resolve("client.key"));
        try {
            String server = keyPair(home, "CN=localhost,O=" + organisation, files.serverCertificate, files.serverKey);
            String client = keyPair(home, "CN=client,O=" + organisation, files.clientCertificate, files.clientKey);
            Files.writeString(files.ca, server + client);
            return files;
        } catch (IOException | GeneralSecurityException e) {
            files.delete();
            throw new RealServerException("No keys", e);
        } catch (RealServerException e) {
            files.delete();
            throw e;
        }
    }

    /** Makes a key pair, writes both halves and returns the certificate. */
    private static String keyPair(Path home, String subject, Path certificate, Path key)
            throws IOException, GeneralSecurityException {
        byte[] random = new byte[18];
        new SecureRandom().nextBytes(random);
        String password = Base64.getUrlEncoder().encodeToString(random);
        Path store = home.resolve("store.p12");
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                ALIAS,
                "-keyalg",
                "EC",
                "-validity",
                "7",
                "-dname",
                subject,
                "-ext",
                "san=ip:127.0.0.1,dns:localhost",
                "-storetype",
                TYPE,
                "-keystore",
                store.toString(),
                "-storepass:env",
                "STOREPASS");
        CommandResult made = RunningCommand.run(command, Map.of("STOREPASS", password), "", PATIENCE);
        if (!made.succeeded()) {
            throw new RealServerException("keytool made no key: " + made);
        }
        KeyStore keys = KeyStore.getInstance(TYPE);
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, password.toCharArray());
        }
        Files.delete(store);
        String pem = pem("CERTIFICATE", keys.getCertificate(ALIAS).getEncoded());
        Files.writeString(certificate, pem);
        Files.writeString(
                key,
                pem("PRIVATE KEY", keys.getKey(ALIAS, password.toCharArray()).getEncoded()));
        return pem;
    }

    private static String pem(String label, byte[] der) {
        String body = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
    }

    /** Removes them all. */
    public void delete() {
        RealCluster.delete(ca.toAbsolutePath().resolveSibling(""));
    }

    @Override
    public String toString() {
        return "TlsFiles[" + ca.toAbsolutePath().getParent() + "]";
    }
}
