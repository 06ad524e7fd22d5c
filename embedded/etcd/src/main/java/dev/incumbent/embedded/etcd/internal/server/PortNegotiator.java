package dev.incumbent.embedded.etcd.internal.server;

import dev.incumbent.embedded.members.Connections;
import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalProtocolNegotiationEvent;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AsciiString;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * Serves gRPC and plain HTTP/1.1 on one port, as etcd does: HTTP/2 begins with a preface that no other request begins with.
 *
 * <p>This uses a part of grpc-netty that is public but called internal: the one place where a connection can be looked at before
 * gRPC takes it. The version of gRPC is pinned.
 */
final class PortNegotiator implements InternalProtocolNegotiator.ProtocolNegotiator {

    /** The common name in the client's certificate, if it gave one. */
    static final Attributes.Key<String> COMMON_NAME = Attributes.Key.create("common-name");

    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    private static final int MAX_HTTP_REQUEST_BYTES = 64 * 1024;

    private final Connections connections;
    private final Optional<SslContext> tls;
    private final Supplier<ChannelHandler> http;

    PortNegotiator(Connections connections, Optional<SslContext> tls, Supplier<ChannelHandler> http) {
        this.connections = connections;
        this.tls = tls;
        this.http = http;
    }

    @Override
    public AsciiString scheme() {
        return AsciiString.of(tls.isPresent() ? "https" : "http");
    }

    @Override
    public ChannelHandler newHandler(GrpcHttp2ConnectionHandler grpc) {
        return new Sniffer(grpc);
    }

    @Override
    public void close() {}

    private final class Sniffer extends ByteToMessageDecoder {

        private final GrpcHttp2ConnectionHandler grpc;
        private @Nullable SslHandler ssl;

        Sniffer(GrpcHttp2ConnectionHandler grpc) {
            this.grpc = grpc;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            tls.ifPresent(context -> {
                SslHandler handler = context.newHandler(ctx.alloc());
                ssl = handler;
                ctx.pipeline().addBefore(ctx.name(), null, handler);
            });
            connections.admit(ctx.channel());
        }

        @Override
        protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
            int length = Math.min(in.readableBytes(), PREFACE.length());
            for (int i = 0; i < length; i++) {
                if (in.getByte(in.readerIndex() + i) != PREFACE.charAt(i)) {
                    toHttp(ctx);
                    return;
                }
            }
            if (length == PREFACE.length()) {
                toGrpc(ctx);
            }
        }

        private void toGrpc(ChannelHandlerContext ctx) {
            Attributes.Builder attributes = Attributes.newBuilder()
                    .set(Grpc.TRANSPORT_ATTR_LOCAL_ADDR, ctx.channel().localAddress())
                    .set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, ctx.channel().remoteAddress());
            commonName().ifPresent(name -> attributes.set(COMMON_NAME, name));
            ctx.pipeline().addAfter(ctx.name(), null, InternalProtocolNegotiators.grpcNegotiationHandler(grpc));
            ctx.fireUserEventTriggered(InternalProtocolNegotiationEvent.withAttributes(
                    InternalProtocolNegotiationEvent.getDefault(), attributes.build()));
            // What was read so far goes to whoever comes next, which is gRPC by now.
            ctx.pipeline().remove(this);
        }

        private void toHttp(ChannelHandlerContext ctx) {
            ChannelPipeline pipeline = ctx.pipeline();
            pipeline.addAfter(ctx.name(), "http", http.get());
            pipeline.addAfter(ctx.name(), null, new HttpObjectAggregator(MAX_HTTP_REQUEST_BYTES));
            pipeline.addAfter(ctx.name(), null, new HttpServerCodec());
            pipeline.remove(this);
        }

        private Optional<String> commonName() {
            if (ssl == null) {
                return Optional.empty();
            }
            try {
                X509Certificate client =
                        (X509Certificate) ssl.engine().getSession().getPeerCertificates()[0];
                return new LdapName(client.getSubjectX500Principal().getName())
                        .getRdns().stream()
                                .filter(rdn -> rdn.getType().equalsIgnoreCase("CN"))
                                .map(Rdn::getValue)
                                .map(Object::toString)
                                .findFirst();
            } catch (SSLPeerUnverifiedException | InvalidNameException none) {
                return Optional.empty();
            }
        }
    }
}
