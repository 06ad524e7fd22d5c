package dev.incumbent.election.etcd;

import dev.incumbent.election.ElectionConfigException;
import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.nio.file.Path;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * How connections are encrypted.
 *
 * @param given the caller's own context
 * @param trusted who signs servers' certificates, null for those the JVM trusts
 * @param certificate our own, null for none
 * @param key its private key
 */
record Encryption(
        @Nullable SslContext given,
        @Nullable Path trusted,
        @Nullable Path certificate,
        @Nullable Path key) {

    static Encryption none() {
        return new Encryption(null, null, null, null);
    }

    static Encryption of(SslContext context) {
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

    SslContext context() {
        SslContext own = given;
        if (own != null) {
            return own;
        }
        try {
            SslContextBuilder builder = GrpcSslContexts.forClient();
            if (trusted != null) {
                builder.trustManager(trusted.toFile());
            }
            if (certificate != null && key != null) {
                builder.keyManager(certificate.toFile(), key.toFile());
            }
            return builder.build();
        } catch (SSLException | IllegalArgumentException unusable) {
            throw new ElectionConfigException("TLS cannot be set up with " + trusted + ", " + certificate + ", " + key
                    + ": " + unusable.getMessage());
        }
    }
}
