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

/**
 * The requests of one connection, answered one at a time and in order; on its event loop. Reading goes on while a request is
 * answered: nothing else tells that the client is gone.
 */
final class HttpConnection extends SimpleChannelInboundHandler<FullHttpRequest> {

    /** More than a client has any reason to send before it is answered. */
    private static final int MAX_QUEUED = 64;

    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
            .withZone(ZoneOffset.UTC);

    private record Exchange(Request request, boolean keepAlive) {}

    private final Router router;
    private final Queue<Exchange> queued = new ArrayDeque<>();
    private final CompletableFuture<Void> gone = new CompletableFuture<>();
    private boolean busy;

    HttpConnection(Router router) {
        this.router = router;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
        if (request.decoderResult().isFailure() || queued.size() >= MAX_QUEUED) {
            refuse(ctx);
            return;
        }
        try {
            queued.add(new Exchange(read(request), HttpUtil.isKeepAlive(request)));
        } catch (IllegalArgumentException malformed) {
            refuse(ctx);
            return;
        }
        next(ctx);
    }

    private Request read(FullHttpRequest request) {
        // Bytes stay bytes: each becomes one character.
        QueryStringDecoder uri = new QueryStringDecoder(request.uri(), ISO_8859_1);
        String path = uri.path();
        return new Request(
                request.method().name(),
                path,
                uri.rawQuery(),
                parameters(uri),
                request.headers().copy(),
                request.content().toString(ISO_8859_1),
                gone);
    }

    /** None at all where they cannot be read: {@link Request#isReadable} tells. */
    private static Map<String, List<String>> parameters(QueryStringDecoder uri) {
        try {
            return uri.parameters();
        } catch (IllegalArgumentException malformed) {
            return Map.of();
        }
    }

    private void next(ChannelHandlerContext ctx) {
        Exchange exchange = busy ? null : queued.poll();
        if (exchange == null) {
            return;
        }
        busy = true;
        router.handle(exchange.request())
                .whenComplete((response, failure) -> ctx.executor().execute(() -> {
                    busy = false;
                    if (ctx.channel().isActive()) {
                        write(ctx, exchange, failure == null ? response : Response.text(500, failure.toString()));
                        next(ctx);
                    }
                }));
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
    private void refuse(ChannelHandlerContext ctx) {
        queued.clear();
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
        gone.complete(null);
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable broken) {
        ctx.close();
    }
}
