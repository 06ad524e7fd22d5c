package dev.incumbent.embedded.consul.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What one of three servers says while the other two are down, and afterwards. The same test runs on real Consul. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class NoLeaderContractTest {

    static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Three servers, the last of which stays up. */
    abstract HttpSubject servers();

    abstract void killAllButTheLast();

    abstract void restart();

    /** How long the server holds a request in the hope of a leader. */
    abstract Duration hold();

    private Reply ask(String method, String target, String body) {
        return send(method, target, body).join();
    }

    private CompletableFuture<Reply> send(String method, String target, String body) {
        return servers().call(3, method, target, Map.of(), body);
    }

    @Test
    void shouldRefuseAllButStaleReadsUntilALeaderIsThere() {
        assertThat(ask("PUT", "/v1/kv/a", "1").body()).isEqualTo("true");
        String session = Step.Source.ID
                .in(ask("PUT", "/v1/session/create", "{\"TTL\": \"60s\", \"LockDelay\": \"0s\"}"))
                .orElseThrow();
        assertThat(ask("PUT", "/v1/kv/l?acquire=" + session, "1").body()).isEqualTo("true");
        long index =
                Long.parseLong(Step.Source.INDEX.in(ask("GET", "/v1/kv/l", "")).orElseThrow());

        killAllButTheLast();
        await().atMost(PATIENCE)
                .until(() -> ask("GET", "/v1/status/leader", "").body().equals("\"\""));
        long start = System.nanoTime();
        List<CompletableFuture<Reply>> refused = Stream.of(
                        send("GET", "/v1/kv/a", ""),
                        send("GET", "/v1/kv/a?consistent", ""),
                        send("GET", "/v1/kv/l?wait=30s&index=" + index, ""),
                        send("PUT", "/v1/kv/a", "2"),
                        send("PUT", "/v1/txn", "[{\"KV\": {\"Verb\": \"set\", \"Key\": \"a\", \"Value\": \"Mg==\"}}]"),
                        send("PUT", "/v1/session/renew/" + session, ""),
                        send("PUT", "/v1/session/create", "{}"))
                .toList();
        Reply stale = ask("GET", "/v1/kv/a?stale", "");
        assertThat(stale.status()).isEqualTo(200);
        assertThat(stale.body()).contains("\"Value\":\"MQ==\"");
        assertThat(stale.headers()).containsEntry("X-Consul-Knownleader", "false");
        assertThat(Long.parseLong(stale.headers().get("X-Consul-Lastcontact"))).isPositive();

        assertThat(refused).allSatisfy(answer -> {
            Reply reply = answer.join();
            assertThat(reply.status()).isEqualTo(500);
            assertThat(reply.body()).isEqualTo("No cluster leader");
        });
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(hold());

        restart();
        await().atMost(PATIENCE).until(() -> ask("GET", "/v1/kv/a", "").status() == 200);
        assertThat(ask("GET", "/v1/kv/l", "").body()).contains(session);
        assertThat(ask("PUT", "/v1/session/renew/" + session, "").status()).isEqualTo(200);
    }
}
