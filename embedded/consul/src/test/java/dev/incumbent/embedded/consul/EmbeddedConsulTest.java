package dev.incumbent.embedded.consul;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedConsulTest {

    @Test
    void shouldServeTheSameFromEveryNode() {
        try (EmbeddedConsul consul = EmbeddedConsul.start(3)) {
            assertThat(consul.httpEndpoints()).hasSize(3).allSatisfy(endpoint -> assertThat(endpoint)
                    .startsWith("http://127.0.0.1:"));
            new Http(consul.endpoint(1)).put("/v1/kv/a", "1");
            for (int node : consul.nodes()) {
                Http http = new Http(consul.endpoint(node));
                assertThat(http.get("/v1/kv/a?raw").body()).isEqualTo("1");
                assertThat(http.get("/v1/status/leader").body())
                        .isEqualTo("\""
                                + consul.endpoint(consul.leader().orElseThrow()).substring("http://".length()) + "\"");
                assertThat(http.get("/v1/catalog/nodes").array()).hasSize(3);
            }
        }
    }

    @Test
    void shouldCreateSessionsOnTheNodeThatWasAsked() {
        try (EmbeddedConsul consul =
                EmbeddedConsul.builder().nodes(3).nodeName("server").start()) {
            for (int node : consul.nodes()) {
                Http http = new Http(consul.endpoint(node));
                String id = http.session("{}");
                assertThat(http.get("/v1/session/info/" + id)
                                .first()
                                .get("Node")
                                .getAsString())
                        .isEqualTo("server-" + node);
                assertThat(http.get("/v1/session/node/server-" + node).array()).hasSize(1);
            }
        }
    }

    @Test
    void shouldFindItsDataAgainWhenItIsStartedInTheSameDirectory(@TempDir Path directory) {
        EmbeddedConsulBuilder builder =
                EmbeddedConsul.builder().nodes(3).directory(directory).snapshotEvery(20);
        String session;
        String before;
        try (EmbeddedConsul consul = builder.start()) {
            Http http = new Http(consul.endpoint(1));
            session = http.session("{\"TTL\":\"60s\"}");
            assertThat(http.acquire("lock", session)).isTrue();
            for (int i = 0; i < 50; i++) {
                http.put("/v1/kv/many/" + i, "value " + i);
            }
            http.delete("/v1/kv/many/7");
            before = everything(http);
        }
        try (EmbeddedConsul consul = builder.start()) {
            Http http = new Http(consul.endpoint(2));
            assertThat(everything(http)).isEqualTo(before);
            assertThat(http.hasSession(session)).isTrue();
        }
        assertThatThrownBy(() -> builder.nodes(1).start())
                .isInstanceOf(EmbeddedConsulException.class)
                .hasRootCauseMessage(directory + " was made for 3 nodes, not for 1");
    }

    private static String everything(Http http) {
        Http.Answer answer = http.get("/v1/kv/?recurse");
        return answer.index()
                + answer.body()
                + http.get("/v1/kv/many/?keys").index()
                + http.get("/v1/session/list").body();
    }

    @Test
    void shouldRefuseSettingsThatContradictEachOther() {
        assertThatThrownBy(() -> EmbeddedConsul.builder().nodes(2).start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1, 3 or 5");
        assertThatThrownBy(() -> EmbeddedConsul.builder().nodes(3).ports(1, 2).start())
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() ->
                        EmbeddedConsul.builder().sessionTtlMin(Duration.ZERO).start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sessionTtlMin");
        assertThatThrownBy(() ->
                        EmbeddedConsul.builder().token("t", "", true, true).start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("managementToken");
    }
}
