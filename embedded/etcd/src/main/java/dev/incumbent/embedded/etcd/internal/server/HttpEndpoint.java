package dev.incumbent.embedded.etcd.internal.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** {@code /health} and {@code /version} over HTTP/1.1. One request of a connection at a time. */
final class HttpEndpoint extends SimpleChannelInboundHandler<FullHttpRequest> {

    private final Supplier<CompletableFuture<String>> health;

    /**
     * For one connection.
     *
     * @param health why the member is not healthy; empty if it is
     */
    HttpEndpoint(Supplier<CompletableFuture<String>> health) {
        this.health = health;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
        boolean keepAlive = HttpUtil.isKeepAlive(request);
        String path = new QueryStringDecoder(request.uri()).path();
        if (!request.method().equals(HttpMethod.GET)) {
            answer(ctx, keepAlive, HttpResponseStatus.METHOD_NOT_ALLOWED, "");
        } else if (path.equals("/health")) {
            health.get().thenAccept(reason -> ctx.executor()
                    .execute(() -> answer(
                            ctx,
                            keepAlive,
                            reason.isEmpty() ? HttpResponseStatus.OK : HttpResponseStatus.SERVICE_UNAVAILABLE,
                            "{\"health\":\"" + reason.isEmpty() + "\",\"reason\":\"" + reason + "\"}")));
        } else if (path.equals("/version")) {
            answer(
                    ctx,
                    keepAlive,
                    HttpResponseStatus.OK,
                    "{\"etcdserver\":\"" + Version.SERVER + "\",\"etcdcluster\":\"" + Version.CLUSTER + "\"}");
        } else {
            answer(ctx, keepAlive, HttpResponseStatus.NOT_FOUND, "404 page not found\n");
        }
    }

    private static void answer(ChannelHandlerContext ctx, boolean keepAlive, HttpResponseStatus status, String body) {
        FullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.copiedBuffer(body, UTF_8));
        response.headers()
                .set(
                        HttpHeaderNames.CONTENT_TYPE,
                        body.startsWith("{") ? "application/json" : "text/plain; charset=utf-8");
        HttpUtil.setContentLength(response, response.content().readableBytes());
        HttpUtil.setKeepAlive(response, keepAlive);
        var written = ctx.writeAndFlush(response);
        if (!keepAlive) {
            written.addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable broken) {
        ctx.close();
    }
}
