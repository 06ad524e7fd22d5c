package dev.incumbent.embedded.consul.internal.server;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A request as it came in. Path, parameters and body are strings of bytes.
 *
 * @param method of HTTP
 * @param path without parameters, decoded
 * @param rawQuery the parameters as they came in
 * @param params decoded
 * @param headers of HTTP
 * @param body what came with it
 * @param gone completed when nobody waits for the answer any more
 */
record Request(
        String method,
        String path,
        String rawQuery,
        Map<String, List<String>> params,
        HttpHeaders headers,
        String body,
        CompletableFuture<Void> gone) {

    /** Whether its parameters make sense. */
    boolean isReadable() {
        return rawQuery.isEmpty() || !params.isEmpty();
    }

    /** Whether a parameter was given, with or without a value. */
    boolean has(String param) {
        return params.containsKey(param);
    }

    /** The first value of a parameter; empty if there is none. */
    String param(String name) {
        List<String> values = params.get(name);
        return values == null || values.isEmpty() ? "" : values.get(0);
    }

    /** What is behind a prefix of the path. */
    String after(String prefix) {
        return path.substring(prefix.length());
    }

    /** Who asks: the parameter goes before the header, and Consul's header before HTTP's own. */
    String token() {
        String param = param("token");
        if (!param.isEmpty()) {
            return param;
        }
        String header = headers.get("X-Consul-Token", "");
        if (!header.isEmpty()) {
            return header;
        }
        @Nullable String authorization = headers.get("Authorization");
        String scheme = "Bearer ";
        return authorization != null && authorization.regionMatches(true, 0, scheme, 0, scheme.length())
                ? authorization.substring(scheme.length()).trim()
                : "";
    }

    /** What the client said the body's length is; -1 if it did not. */
    long announcedLength() {
        String length = headers.get("Content-Length");
        return length == null ? -1 : Long.parseLong(length);
    }
}
