package dev.incumbent.embedded.consul;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Each fault does what it says, and what Consul promises holds through it. */
class FaultTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration HOLD = Duration.ofSeconds(1);

    @RegisterExtension
    static final ConsulExtension CONSUL =
            ConsulExtension.of(EmbeddedConsul.builder().nodes(3).hold(HOLD));

    private final EmbeddedConsul consul = CONSUL.get();

    private Http http(int node) {
        return new Http(consul.endpoint(node));
    }

    @Test
    void shouldGoOnWhenTheLeaderIsKilledAndReturns() {
        int leader = consul.awaitLeader(PATIENCE);
        int other = consul.followers().get(0);
        assertThat(http(leader).put("/v1/kv/kept", "1").body()).isEqualTo("true");
        consul.kill(leader);
        assertThatThrownBy(() -> http(leader).get("/v1/status/leader"))
                .isInstanceOf(UncheckedIOException.class)
                .hasCauseInstanceOf(ConnectException.class);
        // Held until another leads.
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> http(other).put("/v1/kv/kept", "2").body().equals("true"));
        consul.restart(leader);
        consul.awaitServing(PATIENCE);
        assertThat(http(leader).get("/v1/kv/kept?stale&raw").body()).isEqualTo("2");
    }

    @Test
    void shouldHoldRequestsAndThenSayThatThereIsNoLeader() {
        int survivor = 1;
        http(survivor).put("/v1/kv/seen", "1");
        String session = http(survivor).session("{\"TTL\":\"60s\"}");
        consul.awaitServing(PATIENCE);
        consul.kill(2);
        consul.kill(3);
        Awaitility.await().atMost(PATIENCE).until(() -> consul.leader().isEmpty());
        Http http = http(survivor);

        long begun = System.nanoTime();
        for (Http.Answer answer : List.of(
                http.get("/v1/kv/seen"),
                http.put("/v1/kv/seen", "2"),
                http.put("/v1/kv/lock?acquire=" + session, "2"),
                http.put("/v1/session/renew/" + session, ""))) {
            assertThat(answer.status()).isEqualTo(500);
            assertThat(answer.body()).isEqualTo("No cluster leader");
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(HOLD.multipliedBy(4));

        Http.Answer stale = http.get("/v1/kv/seen?stale");
        assertThat(stale.first().get("Value").getAsString()).isEqualTo("MQ==");
        assertThat(stale.header("X-Consul-KnownLeader")).isEqualTo("false");
        assertThat(Long.parseLong(stale.header("X-Consul-LastContact"))).isGreaterThan(1000);
        assertThat(http.get("/v1/status/leader").body()).isEqualTo("\"\"");
        assertThat(http.get("/v1/agent/members").body()).contains("\"Status\":4");
    }

    @Test
    void shouldAnswerWithTheNewestWhenALeaderWasDeposed() {
        int deposed = consul.awaitLeader(PATIENCE);
        int other = consul.followers().get(0);
        http(deposed).put("/v1/kv/moved", "old");
        consul.isolate(deposed);
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> http(other).put("/v1/kv/moved", "new").body().equals("true"));
        assertThat(http(deposed).get("/v1/kv/moved?stale&raw").body()).isEqualTo("old");
        assertThat(http(deposed).get("/v1/kv/moved?raw").body()).isEqualTo("No cluster leader");
        consul.heal();
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> http(deposed).get("/v1/kv/moved?raw").body().equals("new"));
    }

    @Test
    void shouldNotAnswerAQueryThatWaitsWithWhatNobodyConfirmed() {
        int lonely = consul.followers().get(0);
        int leader = consul.awaitLeader(PATIENCE);
        http(leader).put("/v1/kv/waited", "old");
        consul.awaitServing(PATIENCE);
        consul.isolate(lonely);
        http(leader).put("/v1/kv/waited", "new");
        long begun = System.nanoTime();
        // The wait is over long before the request is held no longer.
        Http.Answer answer = http(lonely).get("/v1/kv/waited?wait=20ms&index=99999999");
        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.body()).isEqualTo("No cluster leader");
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(HOLD);
        assertThat(http(lonely)
                        .get("/v1/kv/waited?stale&wait=20ms&index=99999999")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void shouldNotAnswerWhileItIsPausedAndAnswerThen() {
        int node = consul.followers().get(0);
        consul.pause(node);
        assertThatThrownBy(() -> http(node).send("GET", "/v1/agent/self", "", Duration.ofMillis(300)))
                .isInstanceOf(UncheckedIOException.class)
                .hasCauseInstanceOf(HttpTimeoutException.class);
        consul.resume(node);
        assertThat(http(node).put("/v1/kv/resumed", "1").body()).isEqualTo("true");
    }

    @Test
    void shouldRestartANodeThatStoppedByItself() {
        int node = consul.followers().get(0);
        for (boolean killed : List.of(true, false)) {
            // As when its disk fails: the port stays open.
            consul.raft().kill(node);
            if (killed) {
                consul.kill(node);
                assertThatThrownBy(() -> http(node).get("/v1/agent/self")).hasCauseInstanceOf(ConnectException.class);
            }
            consul.restart(node);
            consul.awaitServing(PATIENCE);
            assertThat(http(node).put("/v1/kv/again", "1").body()).isEqualTo("true");
        }
    }

    @Test
    void shouldResetClientsThatAreCutOffAndAdmitThemAgain() {
        int node = consul.followers().get(0);
        consul.cutClients(node);
        assertThatThrownBy(() -> http(node).get("/v1/status/leader")).isInstanceOf(UncheckedIOException.class);
        consul.admitClients(node);
        assertThat(http(node).get("/v1/status/leader").status()).isEqualTo(200);
    }

    @Test
    void shouldSayWhereAnErrorComesFromAsFollowersDo() {
        String path = "/v1/kv/a?acquire=00000000-0000-0000-0000-000000000000";
        String what = "invalid session \"00000000-0000-0000-0000-000000000000\"";
        Awaitility.await().atMost(PATIENCE).untilAsserted(() -> {
            // Once more if leadership moves in between.
            int leader = consul.awaitLeader(PATIENCE);
            assertThat(http(leader).put(path, "").body()).isEqualTo(what);
            assertThat(http(consul.followers().get(0)).put(path, "").body())
                    .isEqualTo("rpc error making call: " + what);
        });
    }
}
