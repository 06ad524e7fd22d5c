package dev.incumbent.embedded.consul.internal.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An answer.
 *
 * @param status of HTTP
 * @param headers those of this answer, in order; length and date are added when it is sent
 * @param body its bytes; not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // It is written once and compared with nothing.
record Response(int status, Map<String, String> headers, byte[] body) {

    static final String JSON = "application/json";
    static final String TEXT = "text/plain; charset=utf-8";

    static Response empty(int status) {
        return new Response(status, Map.of(), new byte[0]);
    }

    static Response text(int status, String text) {
        return new Response(status, Map.of("Content-Type", TEXT), text.getBytes(UTF_8));
    }

    static Response json(int status, String json) {
        return new Response(status, Map.of("Content-Type", JSON), json.getBytes(UTF_8));
    }

    /** A value as it is, and made harmless for browsers. */
    static Response raw(String bytes) {
        return new Response(
                200,
                Map.of(
                        "Content-Type", "text/plain",
                        "Content-Security-Policy", "sandbox",
                        "X-Content-Type-Options", "nosniff"),
                bytes.getBytes(ISO_8859_1));
    }

    Response with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Response(status, more, body);
    }
}
