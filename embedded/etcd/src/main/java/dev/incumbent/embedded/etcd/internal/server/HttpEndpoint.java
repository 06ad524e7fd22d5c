package dev.incumbent.embedded.etcd.internal.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

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
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * {@code /health}, {@code /livez}, {@code /readyz} and {@code /version} over HTTP/1.1, to the letter what etcd 3.5.16 says, but for
 * the order of checks, which is chance there. One request of a connection at a time.
 */
final class HttpEndpoint extends SimpleChannelInboundHandler<FullHttpRequest> {

    private static final String TEXT = "text/plain; charset=utf-8";

    private final Health health;

    /** For one connection. */
    HttpEndpoint(Health health) {
        this.health = health;
    }

    private record Answer(HttpResponseStatus status, String type, String body) {

        static Answer ok(String body) {
            return new Answer(HttpResponseStatus.OK, TEXT, body);
        }

        static Answer error(HttpResponseStatus status, String reason) {
            return new Answer(status, TEXT, reason + "\n");
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
        boolean keepAlive = HttpUtil.isKeepAlive(request);
        boolean get = request.method().equals(HttpMethod.GET);
        answer(new QueryStringDecoder(request.uri()), get)
                .thenAccept(answer -> ctx.executor().execute(() -> write(ctx, keepAlive, answer)));
    }

    private CompletableFuture<Answer> answer(QueryStringDecoder request, boolean get) {
        String path = request.path();
        int slash = path.indexOf('/', 1);
        String root = slash < 0 ? path : path.substring(0, slash);
        String check = slash < 0 ? "" : path.substring(slash + 1);
        Collection<String> checks = root.equals("/livez") ? health.live() : health.ready();
        boolean known =
                switch (root) {
                    case "/health", "/version" -> slash < 0;
                    case "/livez", "/readyz" -> slash < 0 || checks.contains(check);
                    default -> false;
                };
        if (!known) {
            return done(Answer.error(HttpResponseStatus.NOT_FOUND, "404 page not found"));
        } else if (!get) {
            return done(Answer.error(HttpResponseStatus.METHOD_NOT_ALLOWED, "Method Not Allowed"));
        } else if (root.equals("/version")) {
            return done(new Answer(HttpResponseStatus.OK, "application/json", version()));
        } else if (root.equals("/health")) {
            return health(request);
        }
        List<String> excluded = excluded(request);
        List<String> wanted = slash < 0
                ? checks.stream().filter(name -> !excluded.contains(name)).toList()
                : List.of(check);
        boolean verbose = request.parameters().containsKey("verbose");
        return health.check(wanted).thenApply(outcomes -> checked(outcomes, verbose));
    }

    private static CompletableFuture<Answer> done(Answer answer) {
        return CompletableFuture.completedFuture(answer);
    }

    private static List<String> excluded(QueryStringDecoder request) {
        return request.parameters().getOrDefault("exclude", List.of());
    }

    private static String version() {
        return "{\"etcdserver\":\"" + Version.SERVER + "\",\"etcdcluster\":\"" + Version.CLUSTER + "\"}";
    }

    private CompletableFuture<Answer> health(QueryStringDecoder request) {
        boolean serializable = request.parameters()
                .getOrDefault("serializable", List.of(""))
                .get(0)
                .equals("true");
        return health.whatIsWrong(excluded(request), serializable).thenApply(reason -> {
            String body = "{\"health\":\"" + reason.isEmpty() + "\",\"reason\":\"" + reason + "\"}";
            return reason.isEmpty() ? Answer.ok(body) : Answer.error(HttpResponseStatus.SERVICE_UNAVAILABLE, body);
        });
    }

    private static Answer checked(Map<String, String> outcomes, boolean verbose) {
        String details = outcomes.entrySet().stream()
                .map(outcome -> outcome.getValue().isEmpty()
                        ? "[+]" + outcome.getKey() + " ok\n"
                        : "[-]" + outcome.getKey() + " failed: " + outcome.getValue() + "\n")
                .collect(joining());
        boolean well = outcomes.values().stream().allMatch(String::isEmpty);
        return well
                ? Answer.ok((verbose ? details : "") + "ok\n")
                : Answer.error(HttpResponseStatus.SERVICE_UNAVAILABLE, details);
    }

    private static void write(ChannelHandlerContext ctx, boolean keepAlive, Answer answer) {
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, answer.status(), Unpooled.copiedBuffer(answer.body(), UTF_8));
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, answer.type());
        if (answer.status().equals(HttpResponseStatus.METHOD_NOT_ALLOWED)) {
            response.headers().set(HttpHeaderNames.ALLOW, HttpMethod.GET.name());
        }
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
