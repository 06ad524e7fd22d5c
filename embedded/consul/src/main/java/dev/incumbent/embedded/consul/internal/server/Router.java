package dev.incumbent.embedded.consul.internal.server;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds what answers a path, and refuses what nothing does, as Go's multiplexer and Consul do. */
final class Router {

    private static final int BAD_REQUEST = 400;
    private static final Pattern SLASHES = Pattern.compile("/{2,}");

    /**
     * What answers.
     *
     * @param methods of HTTP that it knows
     * @param query whether refusals have the headers of a query
     * @param handler makes the answer, or fails with {@link HttpFailure}
     */
    private record Route(List<String> methods, boolean query, Function<Request, CompletableFuture<Response>> handler) {}

    private final Map<String, Route> exact = new HashMap<>();
    private final Map<String, Route> below = new HashMap<>();

    /** A path; one that ends with a slash stands for all below it. */
    Router on(String path, Function<Request, CompletableFuture<Response>> handler, String... methods) {
        return put(path, new Route(List.of(methods), false, handler));
    }

    /** The same for what is only read. */
    Router onQuery(String path, Function<Request, CompletableFuture<Response>> handler) {
        return put(path, new Route(List.of("GET"), true, handler));
    }

    private Router put(String path, Route route) {
        (path.endsWith("/") ? below : exact).put(path, route);
        return this;
    }

    /** Answers a request; the future may fail with anything. */
    CompletableFuture<Response> handle(Request request) {
        String path = request.path();
        String clean = clean(path);
        if (!clean.equals(path)) {
            return done(moved(request, clean));
        }
        Route route = route(path);
        if (route == null && below.containsKey(path + "/")) {
            return done(moved(request, path + "/"));
        }
        if (route == null) {
            return done(path.equals("/") ? Response.text(200, "Consul Agent") : Response.empty(404));
        }
        return handle(request, route).thenApply(response -> response.with("Vary", "Accept-Encoding"));
    }

    private static CompletableFuture<Response> handle(Request request, Route route) {
        if (!request.isReadable()) {
            return done(Response.empty(500));
        }
        String allow = "OPTIONS," + String.join(",", route.methods());
        if (request.method().equals("OPTIONS")) {
            return done(Response.empty(200).with("Allow", allow));
        }
        if (!route.methods().contains(request.method())) {
            return done(Response.text(405, "method " + request.method() + " not allowed")
                    .with("Allow", allow));
        }
        try {
            return route.handler().apply(request).exceptionally(failure -> refusal(failure, route));
        } catch (RuntimeException refused) {
            return done(refusal(refused, route));
        }
    }

    private static Response refusal(Throwable failure, Route route) {
        HttpFailure refused = Failures.http(failure);
        Response response = Response.text(refused.status(), refused.text());
        // Consul sets these headers of most queries before it knows what they should say.
        return route.query() && refused.status() != BAD_REQUEST
                ? response.with("X-Consul-Index", "1")
                        .with("X-Consul-Knownleader", "false")
                        .with("X-Consul-Lastcontact", "0")
                : response;
    }

    private static CompletableFuture<Response> done(Response response) {
        return CompletableFuture.completedFuture(response);
    }

    private @Nullable Route route(String path) {
        Route found = exact.get(path);
        for (int slash = path.lastIndexOf('/'); found == null && slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
            found = below.get(path.substring(0, slash + 1));
        }
        return found;
    }

    /** Without empty segments and dots: clients are sent to that. */
    private static String clean(String path) {
        if (!path.contains("//") && !path.contains("/.")) {
            return path.isEmpty() ? "/" : path;
        }
        List<String> segments = new ArrayList<>();
        for (String segment : SLASHES.matcher(path).replaceAll("/").substring(1).split("/", -1)) {
            if (segment.equals("..")) {
                if (!segments.isEmpty()) {
                    segments.remove(segments.size() - 1);
                }
            } else if (!segment.equals(".")) {
                segments.add(segment);
            }
        }
        return "/" + String.join("/", segments);
    }

    private static Response moved(Request request, String path) {
        String query = request.rawQuery().isEmpty() ? "" : "?" + request.rawQuery();
        String location = escape(path) + query;
        boolean shown = request.method().equals("GET");
        String page = "<a href=\"" + location.replace("&", "&amp;") + "\">Moved Permanently</a>.\n\n";
        Response response =
                shown ? Response.text(301, page).with("Content-Type", "text/html; charset=utf-8") : Response.empty(301);
        return response.with("Location", location);
    }

    private static String escape(String path) {
        StringBuilder escaped = new StringBuilder();
        for (int i = 0; i < path.length(); i++) {
            char letter = path.charAt(i);
            boolean plain =
                    letter < 0x80 && (Character.isLetterOrDigit(letter) || "/-_.~$&+,:;=@".indexOf(letter) >= 0);
            escaped.append(plain ? String.valueOf(letter) : String.format("%%%02X", (int) letter));
        }
        return escaped.toString();
    }
}
