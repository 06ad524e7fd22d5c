package dev.incumbent.embedded.zookeeper;

import java.nio.file.Path;

/**
 * The key stores (PKCS #12) that an ensemble with TLS made for itself and its clients; deleted when it closes.
 *
 * @param serverKeyStore the servers' key, for 127.0.0.1 and localhost
 * @param clientKeyStore a client's key; its principal is {@link #CLIENT_PRINCIPAL}
 * @param trustStore the certificates of both
 * @param password of all three and of the keys in them
 */
public record TlsFiles(Path serverKeyStore, Path clientKeyStore, Path trustStore, String password) {

    /** What ZooKeeper's x509 scheme knows the client by, e.g. in an ACL. */
    public static final String CLIENT_PRINCIPAL = "CN=client,O=embedded-zookeeper";

    Path directory() {
        return serverKeyStore.toAbsolutePath().resolveSibling("");
    }

    @Override
    public String toString() {
        return "TlsFiles[" + directory() + "]";
    }
}
