package dev.incumbent.embedded.consul;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What tokens may do, where access is controlled. */
class AccessTest {

    private static final String ROOT = "root-secret";
    private static final String APP = "app-secret";

    @RegisterExtension
    static final ConsulExtension CONSUL = ConsulExtension.of(EmbeddedConsul.builder()
            .nodes(3)
            .managementToken(ROOT)
            .token(APP, "app/", true, true)
            .token(APP, "app/secret/", false, false)
            .token("reader", "", false, false)
            .token("", "public/", false, false));

    private final EmbeddedConsul consul = CONSUL.get();
    private final Http anonymous = new Http(consul.endpoint(consul.leader().orElseThrow()));
    private final Http root = anonymous.withToken(ROOT);
    private final Http app = anonymous.withToken(APP);
    private final Http reader = anonymous.withToken("reader");

    private static void assertDenied(Http.Answer answer) {
        assertThat(answer.status()).isEqualTo(403);
        // Behind "rpc error making call: " if leadership has moved meanwhile.
        assertThat(answer.body()).endsWith("Permission denied");
    }

    @Test
    void shouldRefuseTokensThatDoNotExist() {
        Http.Answer answer = anonymous.withToken("stolen").get("/v1/kv/public/a");
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.body()).endsWith("ACL not found");
    }

    @Test
    void shouldLetTheLongestRuleDecide() {
        root.put("/v1/kv/app/secret/x", "1");
        assertThat(app.put("/v1/kv/app/a", "1").body()).isEqualTo("true");
        assertThat(app.get("/v1/kv/app/secret/x?raw").body()).isEqualTo("1");
        assertDenied(app.put("/v1/kv/app/secret/x", "2"));
        assertDenied(app.delete("/v1/kv/app/secret/x"));
        assertDenied(app.delete("/v1/kv/app/?recurse"));
        assertDenied(app.get("/v1/kv/else"));
        assertDenied(reader.put("/v1/kv/app/a", "1"));
        assertThat(reader.get("/v1/kv/app/a").status()).isEqualTo(200);
    }

    @Test
    void shouldLeaveOutOfListsWhatMayNotBeSeen() {
        root.put("/v1/kv/public/a", "1");
        root.put("/v1/kv/private/a", "1");
        assertThat(anonymous.get("/v1/kv/?keys").body()).isEqualTo("[\"public/a\"]");
        assertThat(anonymous.get("/v1/kv/?recurse").array()).hasSize(1);
        assertThat(anonymous.get("/v1/kv/private/?recurse").status()).isEqualTo(404);
        String id = root.session("{}");
        assertThat(anonymous.get("/v1/session/info/" + id).body()).isEqualTo("[]");
        assertThat(app.get("/v1/session/info/" + id).array()).hasSize(1);
        assertThat(anonymous.get("/v1/catalog/nodes").body()).isEqualTo("[]");
        assertThat(root.get("/v1/catalog/nodes").array()).hasSize(3);
        assertDenied(app.get("/v1/operator/raft/configuration"));
        assertThat(root.get("/v1/operator/raft/configuration").status()).isEqualTo(200);
    }

    @Test
    void shouldRefuseATxnAsAWhole() {
        Http.Answer answer = app.put(
                "/v1/txn",
                "[{\"KV\":{\"Verb\":\"set\",\"Key\":\"app/t\"}},{\"KV\":{\"Verb\":\"set\",\"Key\":\"other/t\"}}]");
        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.body())
                .isEqualTo("{\"Results\":null,\"Errors\":[{\"OpIndex\":1,\"What\":\"Permission denied\"}]}");
        assertThat(root.get("/v1/kv/app/t").status()).isEqualTo(404);
    }

    @Test
    void shouldGuardSessions() {
        assertDenied(anonymous.put("/v1/session/create", "{}"));
        String id = app.session("{\"TTL\":\"60s\"}");
        assertDenied(anonymous.put("/v1/session/renew/" + id, ""));
        assertDenied(anonymous.put("/v1/session/destroy/" + id, ""));
        assertThat(app.put("/v1/session/renew/" + id, "").status()).isEqualTo(200);
        assertThat(app.put("/v1/session/destroy/" + id, "").status()).isEqualTo(200);
    }

    @Test
    void shouldTakeTokensInTheThreeWaysThatConsulDoes() throws Exception {
        root.put("/v1/kv/private/b", "1");
        assertThat(anonymous.get("/v1/kv/private/b?token=" + ROOT).status()).isEqualTo(200);
        assertThat(anonymous
                        .withToken("stolen")
                        .get("/v1/kv/private/b?token=" + ROOT)
                        .status())
                .isEqualTo(200);
        HttpRequest bearer = HttpRequest.newBuilder(URI.create(consul.endpoint(1) + "/v1/kv/private/b"))
                .header("Authorization", "Bearer " + ROOT)
                .build();
        assertThat(HttpClient.newHttpClient()
                        .send(bearer, HttpResponse.BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(200);
    }
}
