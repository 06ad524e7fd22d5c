package dev.incumbent.election.consul;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP request as consul-api wants it made.
 *
 * @param method such as {@code PUT}
 * @param path begins with a slash; encoded
 * @param parameters of the query, each {@code name} or {@code name=value}, encoded
 * @param body null for none
 */
record Question(
        String method,
        String path,
        List<String> parameters,
        @Nullable String body) {

    /** How much is sent. */
    int bytes() {
        String content = body;
        return content == null ? 0 : content.getBytes(StandardCharsets.UTF_8).length;
    }

    /** What the log may show: bodies are the applications' business. */
    @Override
    public String toString() {
        return method + " " + path;
    }
}
