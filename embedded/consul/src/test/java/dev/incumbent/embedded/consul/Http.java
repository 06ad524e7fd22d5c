package dev.incumbent.embedded.consul;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A plain client of one node, which shows what came over the wire. */
public final class Http {

    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final String endpoint;
    private final String token;

    /** For what is at an address. */
    public Http(String endpoint) {
        this(endpoint, "");
    }

    private Http(String endpoint, String token) {
        this.endpoint = endpoint;
        this.token = token;
    }

    Http withToken(String newToken) {
        return new Http(endpoint, newToken);
    }

    /** An answer. */
    public record Answer(int status, String body, long index, HttpResponse<String> whole) {

        private static Answer of(HttpResponse<String> response) {
            return new Answer(
                    response.statusCode(),
                    response.body(),
                    response.headers().firstValueAsLong("X-Consul-Index").orElse(0),
                    response);
        }

        String header(String name) {
            return whole.headers().firstValue(name).orElse("");
        }

        JsonArray array() {
            return JsonParser.parseString(body).getAsJsonArray();
        }

        /** The first of an array. */
        JsonObject first() {
            return array().get(0).getAsJsonObject();
        }
    }

    Answer get(String path) {
        return send("GET", path, "", PATIENCE);
    }

    Answer put(String path, String body) {
        return send("PUT", path, body, PATIENCE);
    }

    Answer delete(String path) {
        return send("DELETE", path, "", PATIENCE);
    }

    /** Throws if no answer comes. */
    public Answer send(String method, String path, String body, Duration patience) {
        try {
            return Answer.of(CLIENT.send(
                    request(method, path, body).timeout(patience).build(), HttpResponse.BodyHandlers.ofString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Does not wait; cancelling it closes the connection. */
    CompletableFuture<Answer> start(String path) {
        return CLIENT.sendAsync(request("GET", path, "").build(), HttpResponse.BodyHandlers.ofString())
                .thenApply(Answer::of);
    }

    private HttpRequest.Builder request(String method, String path, String body) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create(endpoint + path))
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        return token.isEmpty() ? builder : builder.header("X-Consul-Token", token);
    }

    /** A new session's id. */
    String session(String body) {
        return JsonParser.parseString(put("/v1/session/create", body).body())
                .getAsJsonObject()
                .get("ID")
                .getAsString();
    }

    boolean hasSession(String id) {
        return !get("/v1/session/info/" + id).array().isEmpty();
    }

    boolean acquire(String key, String session) {
        return put("/v1/kv/" + key + "?acquire=" + session, "mine").body().equals("true");
    }
}
