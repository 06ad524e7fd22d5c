package dev.incumbent.embedded.consul.internal.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one connection, answered one at a time and in order; on its event loop. Reading goes on while a request is
 * answered: nothing else tells that the client is gone.
 */
final class HttpConnection extends SimpleChannelInboundHandler<FullHttpRequest> {

    /** More than a client has any reason to send before it is answered: in requests, and in characters of their bodies. */
    private static final int MAX_QUEUED = 64;

    private static final int MAX_QUEUED_BODIES = 4 << 20;

    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
            .withZone(ZoneOffset.UTC);

    /**
     * A request that is to be answered.
     *
     * @param request null for what is none: it is refused when its turn comes, and the connection ends
     */
    private record Exchange(@Nullable Request request, boolean keepAlive) {}

    private final Router router;
    private final Queue<Exchange> queued = new ArrayDeque<>();
    private int queuedBodies;

    /** Something came that ends the connection: nothing behind it counts. */
    private boolean ending;

    /** What is being answered. */
    private @Nullable Exchange current;

    HttpConnection(Router router) {
        this.router = router;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
        if (ending) {
            return;
        }
        Request read = request.decoderResult().isFailure() ? null : read(request);
        if (read != null) {
            queuedBodies += read.body().length();
        }
        if (read == null || queued.size() >= MAX_QUEUED || (!queued.isEmpty() && queuedBodies > MAX_QUEUED_BODIES)) {
            ending = true;
            queued.add(new Exchange(null, false));
        } else {
            queued.add(new Exchange(read, HttpUtil.isKeepAlive(request)));
        }
        next(ctx);
    }

    private static @Nullable Request read(FullHttpRequest request) {
        // Bytes stay bytes: each becomes one character.
        QueryStringDecoder uri = new QueryStringDecoder(request.uri(), ISO_8859_1);
        try {
            return new Request(
                    request.method().name(),
                    uri.path(),
                    uri.rawQuery(),
                    parameters(uri),
                    request.headers().copy(),
                    request.content().toString(ISO_8859_1),
                    new CompletableFuture<>());
        } catch (IllegalArgumentException malformed) {
            return null;
        }
    }

    /** None at all where they cannot be read: {@link Request#isReadable} tells. */
    private static Map<String, List<String>> parameters(QueryStringDecoder uri) {
        try {
            return uri.parameters();
        } catch (IllegalArgumentException malformed) {
            return Map.of();
        }
    }

    /** Goes on with the next request; not while the client is slow to take what it asked for. */
    private void next(ChannelHandlerContext ctx) {
        Exchange exchange = current == null && ctx.channel().isWritable() ? queued.poll() : null;
        if (exchange == null) {
            return;
        }
        Request request = exchange.request();
        if (request == null) {
            refuse(ctx);
            return;
        }
        queuedBodies -= request.body().length();
        current = exchange;
        router.handle(request)
                .whenComplete((response, failure) -> ctx.executor().execute(() -> {
                    current = null;
                    if (ctx.channel().isActive()) {
                        write(ctx, exchange, failure == null ? response : Response.text(500, failure.toString()));
                        next(ctx);
                    }
                }));
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        next(ctx);
        ctx.fireChannelWritabilityChanged();
    }

    private static void write(ChannelHandlerContext ctx, Exchange exchange, Response response) {
        FullHttpResponse message = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.valueOf(response.status()),
                Unpooled.wrappedBuffer(response.body()));
        response.headers().forEach((name, value) -> message.headers().set(name, value));
        message.headers().set("Date", DATE.format(Instant.now())).set("Content-Length", response.body().length);
        HttpUtil.setKeepAlive(message, exchange.keepAlive());
        var written = ctx.writeAndFlush(message);
        if (!exchange.keepAlive()) {
            written.addListener(ChannelFutureListener.CLOSE);
        }
    }

    /** As Go does with what is no request. */
    private static void refuse(ChannelHandlerContext ctx) {
        FullHttpResponse message = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.BAD_REQUEST,
                Unpooled.copiedBuffer("400 Bad Request", ISO_8859_1));
        message.headers().set(HttpHeaderNames.CONTENT_TYPE, Response.TEXT).set(HttpHeaderNames.CONNECTION, "close");
        ctx.writeAndFlush(message).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        queued.clear();
        if (current != null && current.request() != null) {
            current.request().gone().complete(null);
        }
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable broken) {
        ctx.close();
    }
}
