package dev.incumbent.benchmarks;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToLongFunction;

/** Plain HTTP requests, in turn to each server. */
final class ConsulLimits implements Limits {

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<String> endpoints;

    ConsulLimits(List<String> endpoints) {
        this.endpoints = List.copyOf(endpoints);
    }

    @Override
    public Map<String, IntToLongFunction> operations() {
        Map<String, IntToLongFunction> operations = new LinkedHashMap<>();
        operations.put(WRITE, this::put);
        operations.put(HAND, this::deleteToEvent);
        operations.put("raw consistent read", this::read);
        return operations;
    }

    private long put(int turn) {
        String key = endpoint(turn) + "/v1/kv/raw/write-" + turn;
        HttpRequest request = HttpRequest.newBuilder(URI.create(key + "?cas=0"))
                .PUT(HttpRequest.BodyPublishers.ofString("candidate"))
                .build();
        long start = System.nanoTime();
        String answer = send(request).body();
        long nanos = System.nanoTime() - start;
        if (!answer.strip().equals("true")) {
            throw new IllegalStateException("the key stood already");
        }
        send(HttpRequest.newBuilder(URI.create(key)).DELETE().build());
        return nanos;
    }

    private long read(int turn) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(endpoint(turn) + "/v1/kv/raw/none?consistent"))
                .build();
        long start = System.nanoTime();
        send(request);
        return System.nanoTime() - start;
    }

    /** The answer is received from the next server, if there are several, by a blocking query that is parked by then. */
    private long deleteToEvent(int turn) {
        String key = "/v1/kv/raw/handed-" + turn;
        URI owned = URI.create(endpoint(turn) + key);
        send(HttpRequest.newBuilder(owned)
                .PUT(HttpRequest.BodyPublishers.ofString("candidate"))
                .build());
        String seen = endpoint(turn + 1) + key;
        String index = send(HttpRequest.newBuilder(URI.create(seen + "?consistent"))
                        .build())
                .headers()
                .firstValue("X-Consul-Index")
                .orElseThrow();
        Moment told = new Moment();
        http.sendAsync(
                        HttpRequest.newBuilder(URI.create(seen + "?wait=60s&index=" + index))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .whenComplete((answer, failure) -> {
                    if (failure == null) {
                        told.now();
                    } else {
                        told.failed(failure);
                    }
                });
        // Nothing tells when a query is parked. One that comes late would answer at once and flatter the limit.
        Patience.pass(Duration.ofMillis(20));
        long start = System.nanoTime();
        send(HttpRequest.newBuilder(owned).DELETE().build());
        return told.await() - start;
    }

    private String endpoint(int turn) {
        return endpoints.get(turn % endpoints.size());
    }

    private HttpResponse<String> send(HttpRequest request) {
        try {
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() >= 400 && answer.statusCode() != 404) {
                throw new IllegalStateException(request + " was refused: " + answer.body());
            }
            return answer;
        } catch (IOException failure) {
            throw new IllegalStateException("no answer to " + request, failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", interrupted);
        }
    }

    @Override
    public void close() {
        // The client's threads end when nobody holds it any more.
    }
}
