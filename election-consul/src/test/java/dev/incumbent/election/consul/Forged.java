package dev.incumbent.election.consul;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLSession;

/**
 * An answer that no server gave.
 *
 * @param statusCode HTTP's
 * @param headers those of the answer
 * @param body its text
 */
record Forged(int statusCode, HttpHeaders headers, String body) implements HttpResponse<String> {

    /** An answer with an index. */
    static CompletableFuture<HttpResponse<String>> answer(int status, long index, String body) {
        return of(status, Map.of("X-Consul-Index", List.of(Long.toString(index))), body);
    }

    /** An answer without an index. */
    static CompletableFuture<HttpResponse<String>> answer(int status, String body) {
        return of(status, Map.of(), body);
    }

    private static CompletableFuture<HttpResponse<String>> of(
            int status, Map<String, List<String>> headers, String body) {
        return CompletableFuture.completedFuture(
                new Forged(status, HttpHeaders.of(headers, (name, value) -> true), body));
    }

    @Override
    public HttpRequest request() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<HttpResponse<String>> previousResponse() {
        return Optional.empty();
    }

    @Override
    public Optional<SSLSession> sslSession() {
        return Optional.empty();
    }

    @Override
    public URI uri() {
        return URI.create("http://forged");
    }

    @Override
    public HttpClient.Version version() {
        return HttpClient.Version.HTTP_1_1;
    }
}
