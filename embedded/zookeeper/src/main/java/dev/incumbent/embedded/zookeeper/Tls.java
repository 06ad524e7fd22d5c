package dev.incumbent.embedded.zookeeper;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.server.auth.ProviderRegistry;
import org.jspecify.annotations.Nullable;

/**
 * Keys for the secure client port. Servers read theirs from system properties at every handshake, so all ensembles of
 * one JVM share one set; it is made with {@code keytool} for the first of them and deleted with the last.
 */
final class Tls {

    private static final Object LOCK = new Object();
    private static final long KEYTOOL_SECONDS = 60;
    private static final String TYPE = "PKCS12";

    private static @Nullable TlsFiles files;
    private static @Nullable Path directory;
    private static int users;

    private Tls() {}

    static TlsFiles acquire() {
        synchronized (LOCK) {
            TlsFiles present = files;
            if (present == null) {
                Path home = TempFiles.directory("embedded-zookeeper-tls-");
                try {
                    present = make(home);
                } catch (RuntimeException e) {
                    TempFiles.delete(home);
                    throw e;
                }
                publish(present);
                files = present;
                directory = home;
            }
            users++;
            return present;
        }
    }

    static void release() {
        synchronized (LOCK) {
            if (--users == 0 && directory != null) {
                TempFiles.delete(directory);
                files = null;
                directory = null;
            }
        }
    }

    static ZKClientConfig clientConfig(TlsFiles tls) {
        ZKClientConfig config = new ZKClientConfig();
        config.setProperty(ZKClientConfig.SECURE_CLIENT, "true");
        config.setProperty(ZKClientConfig.ZOOKEEPER_CLIENT_CNXN_SOCKET, "org.apache.zookeeper.ClientCnxnSocketNetty");
        config.setProperty(
                "zookeeper.ssl.keyStore.location", tls.clientKeyStore().toString());
        config.setProperty("zookeeper.ssl.keyStore.password", tls.password());
        config.setProperty("zookeeper.ssl.trustStore.location", tls.trustStore().toString());
        config.setProperty("zookeeper.ssl.trustStore.password", tls.password());
        return config;
    }

    private static void publish(TlsFiles made) {
        System.setProperty(
                "zookeeper.ssl.keyStore.location", made.serverKeyStore().toString());
        System.setProperty("zookeeper.ssl.keyStore.password", made.password());
        System.setProperty(
                "zookeeper.ssl.trustStore.location", made.trustStore().toString());
        System.setProperty("zookeeper.ssl.trustStore.password", made.password());
        String provider = ProviderRegistry.AUTHPROVIDER_PROPERTY_PREFIX + "x509";
        System.setProperty(provider, "org.apache.zookeeper.server.auth.X509AuthenticationProvider");
        ProviderRegistry.addOrUpdateProvider(provider);
    }

    private static TlsFiles make(Path home) {
        byte[] random = new byte[18];
        new SecureRandom().nextBytes(random);
        String password = Base64.getUrlEncoder().encodeToString(random);
        TlsFiles made = new TlsFiles(
                home.resolve("server.p12"), home.resolve("client.p12"), home.resolve("trust.p12"), password);
        keyPair(made.serverKeyStore(), password, "CN=localhost,O=embedded-zookeeper");
        keyPair(made.clientKeyStore(), password, TlsFiles.CLIENT_PRINCIPAL);
        try {
            KeyStore trust = KeyStore.getInstance(TYPE);
            trust.load(null, null);
            for (Path store : List.of(made.serverKeyStore(), made.clientKeyStore())) {
                trust.setCertificateEntry(
                        store.getFileName().toString(), load(store, password).getCertificate("key"));
            }
            try (OutputStream out = Files.newOutputStream(made.trustStore())) {
                trust.store(out, password.toCharArray());
            }
        } catch (IOException | GeneralSecurityException e) {
            throw new EmbeddedZooKeeperException("no trust store", e);
        }
        return made;
    }

    private static KeyStore load(Path store, String password) throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance(TYPE);
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, password.toCharArray());
        }
        return keys;
    }

    private static void keyPair(Path store, String password, String name) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "key",
                "-keyalg",
                "EC",
                "-validity",
                "7",
                "-dname",
                name,
                "-ext",
                "san=ip:127.0.0.1,dns:localhost",
                "-storetype",
                TYPE,
                "-keystore",
                store.toString(),
                "-storepass:env",
                "STOREPASS"));
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().put("STOREPASS", password);
            builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
            Process process = builder.start();
            if (!process.waitFor(KEYTOOL_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new EmbeddedZooKeeperException("keytool did not end in " + KEYTOOL_SECONDS + " s");
            }
            if (process.exitValue() != 0) {
                throw new EmbeddedZooKeeperException("keytool made no key: exit code " + process.exitValue());
            }
        } catch (IOException e) {
            throw new EmbeddedZooKeeperException("keytool of " + System.getProperty("java.home") + " does not run", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EmbeddedZooKeeperException("interrupted while making keys", e);
        }
    }
}
