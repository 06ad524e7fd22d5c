package dev.incumbent.election.etcd;

import dev.incumbent.election.ElectionConfigException;
import dev.incumbent.election.spi.IoLoop;
import io.grpc.ClientInterceptor;
import io.grpc.netty.NettyChannelBuilder;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Makes one channel for each member, without connecting yet. */
final class Channels {

    /** Queues with large payloads come in one reply. */
    private static final int LARGEST_REPLY = 64 * 1024 * 1024;

    /** What etcd allows at most: one ping in five seconds. */
    private static final int PING_SECONDS = 10;

    private static final int DEFAULT_PORT = 2379;

    private Channels() {}

    static List<Endpoint> open(
            List<String> urls, Encryption encryption, List<ClientInterceptor> interceptors, IoLoop loop) {
        if (urls.isEmpty()) {
            throw new ElectionConfigException("Name at least one endpoint, such as http://127.0.0.1:2379");
        }
        List<URI> members = urls.stream().map(Channels::parse).toList();
        boolean secure = encryption.isConfigured();
        for (URI member : members) {
            if (secure && member.getScheme().equals("http")) {
                throw new ElectionConfigException("TLS is configured, but an endpoint says http: " + member);
            }
        }
        List<Endpoint> endpoints = new ArrayList<>();
        for (URI member : members) {
            int port = member.getPort() < 0 ? DEFAULT_PORT : member.getPort();
            NettyChannelBuilder builder = NettyChannelBuilder.forAddress(member.getHost(), port)
                    .executor(loop)
                    .intercept(interceptors)
                    .maxInboundMessageSize(LARGEST_REPLY)
                    .keepAliveTime(PING_SECONDS, TimeUnit.SECONDS)
                    .keepAliveTimeout(PING_SECONDS / 2, TimeUnit.SECONDS)
                    .disableRetry();
            if (secure || member.getScheme().equals("https")) {
                builder.sslContext(encryption.context());
            } else {
                builder.usePlaintext();
            }
            endpoints.add(new Endpoint(member.getHost() + ":" + port, builder.build(), loop));
        }
        return endpoints;
    }

    /** An endpoint without a scheme is encrypted if encryption is configured. */
    private static URI parse(String url) {
        try {
            URI uri = URI.create(url.contains("://") ? url : "any://" + url);
            String scheme = uri.getScheme();
            if (uri.getHost() != null && (scheme.equals("http") || scheme.equals("https") || scheme.equals("any"))) {
                return uri;
            }
        } catch (IllegalArgumentException malformed) {
            throw new ElectionConfigException("Not an endpoint: " + url + ": " + malformed.getMessage());
        }
        throw new ElectionConfigException("Not an endpoint: " + url + "; write http://host:port or https://host:port");
    }
}
