package dev.incumbent.embedded.consul;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How much may be sent, announced or not. */
class LimitsTest {

    private static final int LIMIT = 512 * 1024;

    @RegisterExtension
    static final ConsulExtension CONSUL = ConsulExtension.cluster(1);

    private final String endpoint = CONSUL.get().endpoint(1);
    private final Http http = new Http(endpoint);

    private static String txn(int spaces) {
        return " ".repeat(spaces) + "[{\"KV\":{\"Verb\":\"set\",\"Key\":\"a\",\"Value\":\"eA==\"}}]";
    }

    @Test
    void shouldRefuseValuesAndTxnsThatAreAnnouncedAsTooLarge() {
        assertThat(http.put("/v1/kv/a", "x".repeat(LIMIT)).body()).isEqualTo("true");
        Http.Answer value = http.put("/v1/kv/a", "x".repeat(LIMIT + 1));
        assertThat(value.status()).isEqualTo(413);
        assertThat(value.body())
                .isEqualTo("Request body(524289 bytes) too large, max size: 524288 bytes."
                        + " See https://www.consul.io/docs/agent/options.html#kv_max_value_size.");
        assertThat(http.put("/v1/txn", txn(LIMIT)).status()).isEqualTo(413);
        assertThat(http.put("/v1/txn", txn(LIMIT - 100)).status()).isEqualTo(200);
    }

    @Test
    void shouldRefuseATxnThatTurnsOutToBeTooLarge() throws Exception {
        byte[] body = txn(LIMIT).getBytes(US_ASCII);
        HttpRequest chunked = HttpRequest.newBuilder(URI.create(endpoint + "/v1/txn"))
                .PUT(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)))
                .build();
        HttpResponse<String> response = HttpClient.newHttpClient().send(chunked, HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(413);
        assertThat(response.body())
                .isEqualTo("Request body too large, max size: 524288 bytes."
                        + " See https://www.consul.io/docs/agent/options.html#txn_max_req_len.");
    }

    @Test
    void shouldRefuseATxnWithTooManyOperations() {
        String one = "{\"KV\":{\"Verb\":\"get\",\"Key\":\"a\"}}";
        Http.Answer answer = http.put("/v1/txn", "[" + (one + ",").repeat(64) + one + "]");
        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.body()).isEqualTo("Transaction contains too many operations (65 > 64)");
    }
}
