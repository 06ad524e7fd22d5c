package dev.incumbent.embedded.consul.internal.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouterTest {

    private final Router router = new Router()
            .on("/v1/kv/", request -> answer("kv " + request.after("/v1/kv/")), "GET", "PUT")
            .on("/v1/txn", request -> answer("txn"), "PUT")
            .onQuery("/v1/session/list", request -> {
                throw new IllegalStateException("broken");
            });

    private static CompletableFuture<Response> answer(String text) {
        return CompletableFuture.completedFuture(Response.text(200, text));
    }

    private Response ask(String method, String path) {
        Request request = new Request(
                method,
                path,
                "",
                Map.<String, List<String>>of(),
                new DefaultHttpHeaders(),
                "",
                new CompletableFuture<>());
        return router.handle(request).join();
    }

    @Test
    void shouldFindWhatAnswers() {
        assertThat(new String(ask("GET", "/v1/kv/a/b").body(), java.nio.charset.StandardCharsets.UTF_8))
                .isEqualTo("kv a/b");
        assertThat(ask("PUT", "/v1/txn").status()).isEqualTo(200);
        assertThat(ask("PUT", "/v1/txn/").status()).isEqualTo(404);
        assertThat(ask("GET", "/v1").status()).isEqualTo(404);
        assertThat(ask("GET", "/").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/kv,/v1/kv/",
        "/v1//kv/a,/v1/kv/a",
        "/v1/kv/a//,/v1/kv/a/",
        "/v1/kv/a/../b,/v1/kv/b",
        "/v1/kv/./b,/v1/kv/b",
        "/v1/kv/..,/v1",
        "/../../x,/x",
        "/v1/kv/a b//c,/v1/kv/a%20b/c"
    })
    void shouldSendClientsToTheCleanPath(String path, String location) {
        Response response = ask("GET", path);
        assertThat(response.status()).isEqualTo(301);
        assertThat(response.headers()).containsEntry("Location", location);
    }

    @Test
    void shouldSayWhichMethodsThereAre() {
        assertThat(ask("POST", "/v1/kv/a").status()).isEqualTo(405);
        assertThat(ask("POST", "/v1/kv/a").headers()).containsEntry("Allow", "OPTIONS,GET,PUT");
        assertThat(ask("OPTIONS", "/v1/txn").headers()).containsEntry("Allow", "OPTIONS,PUT");
    }

    @Test
    void shouldAnswerEvenIfSomethingBroke() {
        Response response = ask("GET", "/v1/session/list");
        assertThat(response.status()).isEqualTo(500);
        assertThat(response.headers()).containsEntry("X-Consul-Index", "1");
    }
}
