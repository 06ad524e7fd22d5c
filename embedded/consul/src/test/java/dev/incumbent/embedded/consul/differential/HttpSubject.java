package dev.incumbent.embedded.consul.differential;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;

/** One server, or the servers of one cluster, spoken to over HTTP. Thread-safe. */
final class HttpSubject {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** After so long a request waits that is not answered. Two requests on two connections could overtake each other. */
    private static final Duration SETTLING = Duration.ofMillis(100);

    private static final Pattern WAIT = Pattern.compile("[?&]wait=(\\d+)(ms|s)\\b");
    private static final Pattern NODE_NAME = Pattern.compile("\"NodeName\": ?\"([^\"]+)\"");
    /** Those that hang on the connection or the hour, or say what the body says. */
    private static final Set<String> IGNORED = Set.of("date", "content-length", "transfer-encoding", "connection");

    private final String name;
    private final List<String> endpoints;
    private final Map<String, String> tokens;
    private final Optional<IntSupplier> parked;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    /**
     * A server that wants no token.
     *
     * @param endpoints such as {@code http://127.0.0.1:8500}
     */
    HttpSubject(String name, List<String> endpoints) {
        this(name, endpoints, Map.of(), Optional.empty());
    }

    /**
     * The same, of a server that can be asked how many requests wait in it: then a scenario goes on as soon as its own does.
     * Of any other it is only guessed.
     */
    HttpSubject parked(IntSupplier waitingRequests) {
        return new HttpSubject(name, endpoints, tokens, Optional.of(waitingRequests));
    }

    /** A server that lets this token do everything. */
    HttpSubject(String name, List<String> endpoints, String token) {
        this(name, endpoints, Map.of("X-Consul-Token", token), Optional.empty());
    }

    private HttpSubject(String name, List<String> endpoints, Map<String, String> tokens, Optional<IntSupplier> parked) {
        this.name = name;
        this.endpoints = List.copyOf(endpoints);
        this.tokens = tokens;
        this.parked = parked;
    }

    String name() {
        return name;
    }

    /** Its token, as a header; empty if it wants none. */
    Map<String, String> tokens() {
        return tokens;
    }

    /** What the servers call themselves. */
    List<String> nodeNames() {
        return IntStream.rangeClosed(1, endpoints.size())
                .mapToObj(this::nodeName)
                .toList();
    }

    private String nodeName(int node) {
        Reply self = call(node, "GET", "/v1/agent/self", tokens, "").join();
        Matcher found = NODE_NAME.matcher(self.body());
        if (!found.find()) {
            throw new IllegalStateException(name + " does not say who it is: " + self);
        }
        return found.group(1);
    }

    /** A request that is to wait; returns when it does, or is answered. */
    CompletableFuture<Reply> start(int node, String method, String target, Map<String, String> headers, String body) {
        int before = parked.map(IntSupplier::getAsInt).orElse(0);
        CompletableFuture<Reply> answer = call(node, method, target, headers, body);
        long deadline = System.nanoTime() + SETTLING.toNanos();
        while (!answer.isDone()
                && System.nanoTime() - deadline < 0
                && parked.map(count -> count.getAsInt() <= before).orElse(true)) {
            LockSupport.parkNanos(1_000_000);
        }
        return answer;
    }

    CompletableFuture<Reply> call(int node, String method, String target, Map<String, String> headers, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(endpoints.get(node - 1) + target))
                .timeout(PATIENCE)
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body, ISO_8859_1));
        headers.forEach(request::header);
        long start = System.nanoTime();
        return client.sendAsync(request.build(), HttpResponse.BodyHandlers.ofByteArray())
                .thenApply(response -> reply(response, System.nanoTime() - start >= patience(target)));
    }

    private static Reply reply(HttpResponse<byte[]> response, boolean waited) {
        TreeMap<String, String> headers = new TreeMap<>();
        response.headers().map().forEach((name, values) -> {
            if (!IGNORED.contains(name)) {
                headers.put(canonical(name), String.join(", ", values));
            }
        });
        return new Reply(response.statusCode(), headers, body(response), waited);
    }

    private static String body(HttpResponse<byte[]> response) {
        if (!response.headers().firstValue("content-encoding").orElse("").equals("gzip")) {
            return new String(response.body(), ISO_8859_1);
        }
        try (GZIPInputStream plain = new GZIPInputStream(new ByteArrayInputStream(response.body()))) {
            return new String(plain.readAllBytes(), ISO_8859_1);
        } catch (IOException e) {
            return "not gzip: " + e.getMessage();
        }
    }

    /** As Go writes a header's name; the client has put it into lower case. */
    private static String canonical(String name) {
        return Pattern.compile("(^|-)([a-z])")
                .matcher(name)
                .replaceAll(found ->
                        found.group(1) + Character.toUpperCase(found.group(2).charAt(0)));
    }

    /** How long the request may be left unanswered by its own words, in ns. */
    private static long patience(String target) {
        Matcher wait = WAIT.matcher(target);
        if (!wait.find()) {
            return Long.MAX_VALUE;
        }
        long amount = Long.parseLong(wait.group(1));
        return (wait.group(2).equals("s") ? Duration.ofSeconds(amount) : Duration.ofMillis(amount)).toNanos();
    }
}
