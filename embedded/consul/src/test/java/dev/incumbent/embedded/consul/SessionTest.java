package dev.incumbent.embedded.consul;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** When sessions end, and what becomes of their keys. */
class SessionTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration TTL = Duration.ofMillis(300);
    private static final String SHORT = "{\"TTL\":\"300ms\"}";

    @RegisterExtension
    static final ConsulExtension CONSUL = ConsulExtension.of(EmbeddedConsul.builder()
            .nodes(3)
            .sessionTtlMin(Duration.ofMillis(100))
            .nodeFailure(Duration.ofMillis(300)));

    private final EmbeddedConsul consul = CONSUL.get();
    private final Http http = new Http(consul.endpoint(1));

    @Test
    void shouldEndASessionAfterTwiceItsTimeWhenItIsNotRenewed() {
        long begun = System.nanoTime();
        String id = http.session(SHORT);
        awaitEnd(id);
        // A lower bound, which no load can break.
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(TTL.multipliedBy(2));
    }

    private void awaitEnd(String id) {
        Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(10)).until(() -> !http.hasSession(id));
    }

    @Test
    void shouldKeepASessionThatIsRenewedAndWriteNothingForThat() {
        String id = http.session("{\"TTL\":\"1s\"}");
        long begun = System.nanoTime();
        long index = http.get("/v1/session/list").index();
        while (System.nanoTime() - begun < Duration.ofMillis(2_500).toNanos()) {
            for (int node : consul.nodes()) {
                assertThat(new Http(consul.endpoint(node))
                                .put("/v1/session/renew/" + id, "")
                                .status())
                        .isEqualTo(200);
            }
        }
        assertThat(http.hasSession(id)).isTrue();
        assertThat(http.get("/v1/session/info/" + id).first().get("ModifyIndex").getAsLong())
                .isLessThanOrEqualTo(index);
    }

    @Test
    void shouldNotRenewASessionThatEnded() {
        String id = http.session(SHORT);
        awaitEnd(id);
        Http.Answer answer = http.put("/v1/session/renew/" + id, "");
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.body()).isEqualTo("Session id '" + id + "' not found");
    }

    @Test
    void shouldStartItsTimeAnewWhenAnotherNodeLeads() {
        String id = http.session("{\"TTL\":\"1500ms\",\"Checks\":[]}");
        int leader = consul.leader().orElseThrow();
        consul.kill(leader);
        int next = consul.awaitLeader(PATIENCE);
        long led = System.nanoTime();
        Http other = new Http(consul.endpoint(next));
        assertThat(other.hasSession(id)).isTrue();
        Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(10)).until(() -> !other.hasSession(id));
        // It begins when the new leader applies the first entry of its term, which is before it is said to lead here.
        assertThat(Duration.ofNanos(System.nanoTime() - led)).isGreaterThan(Duration.ofMillis(2500));
    }

    @Test
    void shouldReleaseKeysWhenASessionExpires() {
        String id = http.session("{\"TTL\":\"60s\"}");
        assertThat(http.acquire("released", id)).isTrue();
        consul.expireSession(id);
        Http.Answer answer = http.get("/v1/kv/released");
        assertThat(answer.first().has("Session")).isFalse();
        assertThat(answer.first().get("LockIndex").getAsLong()).isEqualTo(1);
        assertThat(answer.index())
                .isGreaterThan(answer.first().get("CreateIndex").getAsLong());
    }

    @Test
    void shouldDeleteKeysWhenASessionSaysSo() {
        String id = http.session("{\"Behavior\":\"delete\"}");
        assertThat(http.acquire("deleted/1", id)).isTrue();
        assertThat(http.acquire("deleted/2", id)).isTrue();
        consul.expireSession(id);
        assertThat(http.get("/v1/kv/deleted/?keys").status()).isEqualTo(404);
    }

    @Test
    void shouldDelayLocksOfASessionThatWasInvalidated() {
        String old = http.session("{\"LockDelay\":\"1s\"}");
        String heir = http.session("{}");
        assertThat(http.acquire("delayed", old)).isTrue();
        long before = System.nanoTime();
        http.put("/v1/session/destroy/" + old, "");
        for (int node : consul.nodes()) {
            assertThat(new Http(consul.endpoint(node)).acquire("delayed", heir)).isFalse();
        }
        Http.Answer txn =
                http.put("/v1/txn", "[{\"KV\":{\"Verb\":\"lock\",\"Key\":\"delayed\",\"Session\":\"" + heir + "\"}}]");
        assertThat(txn.status()).isEqualTo(409);
        assertThat(txn.body())
                .isEqualTo("{\"Results\":null,\"Errors\":[{\"OpIndex\":0,"
                        + "\"What\":\"failed to lock key \\\"delayed\\\" due to lock delay\"}]}");
        // Whoever does not ask for the lock is not held up.
        assertThat(http.put("/v1/kv/delayed", "x").body()).isEqualTo("true");
        Awaitility.await().atMost(PATIENCE).until(() -> http.acquire("delayed", heir));
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void shouldNotDelayLocksThatWereReleased() {
        String old = http.session("{\"LockDelay\":\"60s\"}");
        String heir = http.session("{}");
        assertThat(http.acquire("handed-over", old)).isTrue();
        http.put("/v1/kv/handed-over?release=" + old, "");
        http.put("/v1/session/destroy/" + old, "");
        assertThat(http.acquire("handed-over", heir)).isTrue();
    }

    @Test
    void shouldDelayLocksOfASessionThatExpired() {
        String old = http.session("{\"LockDelay\":\"60s\"}");
        String heir = http.session("{}");
        assertThat(http.acquire("expired", old)).isTrue();
        consul.expireSession(old);
        assertThat(http.hasSession(old)).isFalse();
        assertThat(http.acquire("expired", heir)).isFalse();
    }

    @Test
    void shouldStillDelayLocksWhenAnotherNodeLeads() {
        String old = http.session("{\"LockDelay\":\"60s\",\"Checks\":[]}");
        String heir = http.session("{\"Checks\":[]}");
        assertThat(http.acquire("kept", old)).isTrue();
        http.put("/v1/session/destroy/" + old, "");
        consul.kill(consul.leader().orElseThrow());
        Http other = new Http(consul.endpoint(consul.awaitLeader(PATIENCE)));
        assertThat(other.acquire("kept", heir)).isFalse();
    }

    @Test
    void shouldEndSessionsThatDependOnANodeWhenItFails() {
        int node = consul.followers().get(0);
        Http there = new Http(consul.endpoint(node));
        String dependent = there.session("{}");
        String independent = there.session("{\"Checks\":[]}");
        consul.kill(node);
        Http other = new Http(consul.endpoint(consul.leader().orElseThrow()));
        Awaitility.await().atMost(PATIENCE).until(() -> !other.hasSession(dependent));
        assertThat(other.hasSession(independent)).isTrue();
        assertThat(other.get("/v1/health/state/critical").first().get("Node").getAsString())
                .isEqualTo(consul.nodeName(node));
        consul.restart(node);
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> other.get("/v1/health/state/critical").array().isEmpty());
    }
}
