package dev.incumbent.election.consul;

import com.ecwid.consul.v1.kv.model.GetValue;
import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** A plain HTTP client, to look at Consul from outside and to lay a hand on what belongs to others. */
final class Outside {

    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private static final Gson GSON = new Gson();

    private final String endpoint;
    private final String token;

    Outside(String endpoint) {
        this(endpoint, "");
    }

    Outside(String endpoint, String token) {
        this.endpoint = endpoint;
        this.token = token;
    }

    HttpResponse<String> ask(String method, String path, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(endpoint + "/v1/" + path))
                .timeout(Duration.ofSeconds(15))
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (!token.isEmpty()) {
            request.header("X-Consul-Token", token);
        }
        try {
            return HTTP.send(request.build(), BodyHandlers.ofString());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupt);
        }
    }

    private String done(String method, String path, String body) {
        HttpResponse<String> response = ask(method, path, body);
        if (response.statusCode() != 200) {
            throw new IllegalStateException(method + " " + path + ": " + response.statusCode() + " " + response.body());
        }
        return response.body();
    }

    void destroy(String session) {
        done("PUT", "session/destroy/" + session, "");
    }

    String createSession(Duration ttl) {
        String body = "{\"TTL\":\"" + ttl.toSeconds() + "s\",\"Checks\":[]}";
        return GSON.fromJson(done("PUT", "session/create", body), JsonObject.class)
                .get("ID")
                .getAsString();
    }

    /** Ids of all sessions. */
    List<String> sessions() {
        return Arrays.stream(GSON.fromJson(done("GET", "session/list", ""), JsonObject[].class))
                .map(session -> session.get("ID").getAsString())
                .toList();
    }

    void delete(String key) {
        done("DELETE", "kv/" + Keys.encode(key), "");
    }

    void deleteAll(String prefix) {
        done("DELETE", "kv/" + Keys.encode(prefix) + "?recurse", "");
    }

    void put(String key, String value) {
        done("PUT", "kv/" + Keys.encode(key), value);
    }

    Optional<GetValue> get(String key) {
        HttpResponse<String> response = ask("GET", "kv/" + Keys.encode(key) + "?consistent", "");
        return response.statusCode() == 404
                ? Optional.empty()
                : Optional.of(GSON.fromJson(response.body(), GetValue[].class)[0]);
    }

    /** Everything below a prefix, the oldest first. */
    List<GetValue> below(String prefix) {
        HttpResponse<String> response = ask("GET", "kv/" + Keys.encode(prefix) + "?recurse&consistent", "");
        return response.statusCode() == 404
                ? List.of()
                : Arrays.stream(GSON.fromJson(response.body(), GetValue[].class))
                        .sorted(Comparator.comparingLong(GetValue::getCreateIndex))
                        .toList();
    }
}
