package dev.incumbent.embedded.consul.internal.server;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;

/** TLS of the members' ports. */
final class TlsContext {

    private TlsContext() {}

    static SslContext of(ServerSettings.Tls tls) throws IOException {
        try {
            SslContextBuilder builder = SslContextBuilder.forServer(
                            tls.certificate().toFile(), tls.key().toFile())
                    .sslProvider(SslProvider.JDK);
            tls.clientAuthorities().ifPresent(authorities -> builder.trustManager(authorities.toFile())
                    .clientAuth(ClientAuth.REQUIRE));
            return builder.build();
        } catch (IllegalArgumentException e) {
            throw new IOException("the keys of TLS cannot be used: " + tls, e);
        }
    }
}
