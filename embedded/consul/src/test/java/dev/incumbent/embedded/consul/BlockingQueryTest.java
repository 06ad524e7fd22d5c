package dev.incumbent.embedded.consul;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Queries that wait: what wakes them, what does not, and what they cost. */
class BlockingQueryTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @RegisterExtension
    static final ConsulExtension CONSUL =
            ConsulExtension.of(EmbeddedConsul.builder().nodes(3).hold(Duration.ofSeconds(1)));

    private final EmbeddedConsul consul = CONSUL.get();
    private final int node = 1 + consul.leader().orElseThrow() % 3;
    private final Http http = new Http(consul.endpoint(node));

    private CompletableFuture<Http.Answer> park(String path, long index) {
        int before = consul.parkedQueries(node);
        CompletableFuture<Http.Answer> answer =
                http.start(path + (path.contains("?") ? "&" : "?") + "index=" + index + "&wait=60s");
        Awaitility.await().atMost(PATIENCE).until(() -> answer.isDone() || consul.parkedQueries(node) > before);
        return answer;
    }

    private Http.Answer get(CompletableFuture<Http.Answer> answer) throws Exception {
        return answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @AfterEach
    void awaitNoneParked() {
        Awaitility.await().atMost(PATIENCE).until(() -> consul.parkedQueries(node) == 0);
    }

    @Test
    void shouldWakeWhenItsKeyChangesAndNotWhenAnotherDoes() throws Exception {
        http.put("/v1/kv/key", "1");
        http.put("/v1/kv/other", "1");
        CompletableFuture<Http.Answer> parked =
                park("/v1/kv/key", http.get("/v1/kv/key").index());
        CompletableFuture<Http.Answer> other =
                park("/v1/kv/other", http.get("/v1/kv/other").index());
        http.put("/v1/kv/key?flags=1", "1");
        Http.Answer answer = get(parked);
        assertThat(answer.first().get("Flags").getAsLong()).isEqualTo(1);
        assertThat(answer.index()).isEqualTo(answer.first().get("ModifyIndex").getAsLong());
        assertThat(other).isNotDone();
        assertThat(consul.parkedQueries(node)).isEqualTo(1);
        // The same once more changes nothing.
        http.put("/v1/kv/other", "1");
        http.put("/v1/kv/key", "2");
        assertThat(other).isNotDone();
        http.delete("/v1/kv/other");
        assertThat(get(other).status()).isEqualTo(404);
    }

    @Test
    void shouldWakeWhenAKeyBeginsToExist() throws Exception {
        CompletableFuture<Http.Answer> parked =
                park("/v1/kv/born", http.get("/v1/kv/born").index());
        http.put("/v1/kv/born", "x");
        assertThat(get(parked).status()).isEqualTo(200);
    }

    /** As in Consul, whose tables have nothing to watch for what is not there. */
    @Test
    void shouldWakeWhenItsKeyIsMissingAndOneNextToItChanges() throws Exception {
        http.put("/v1/kv/next/to/it", "1");
        CompletableFuture<Http.Answer> parked =
                park("/v1/kv/next/none", http.get("/v1/kv/next/none").index());
        http.put("/v1/kv/far/away", "1");
        assertThat(parked).isNotDone();
        http.put("/v1/kv/next/too", "2");
        assertThat(get(parked).status()).isEqualTo(404);
    }

    @Test
    void shouldWakeWhenSomethingBelowItsPrefixChanges() throws Exception {
        http.put("/v1/kv/tree/a", "1");
        http.put("/v1/kv/tree/b", "1");
        long index = http.get("/v1/kv/tree/?recurse").index();
        CompletableFuture<Http.Answer> parked = park("/v1/kv/tree/?recurse", index);
        http.put("/v1/kv/tre", "1");
        http.put("/v1/kv/trees", "1");
        assertThat(parked).isNotDone();
        http.delete("/v1/kv/tree/b");
        Http.Answer answer = get(parked);
        assertThat(answer.array()).hasSize(1);
        assertThat(answer.index()).isGreaterThan(index);

        CompletableFuture<Http.Answer> gone = park("/v1/kv/tree/?keys", answer.index());
        http.delete("/v1/kv/tree/?recurse");
        assertThat(get(gone).status()).isEqualTo(404);
    }

    /** A trap of Consul's, seen on 1.8.7: the one tombstone of a larger tree is not below the prefix, but older ones are. */
    @Test
    void shouldSleepOnAsConsulDoesWhenALargerTreeIsDeletedAndATombstoneIsLeft() {
        http.put("/v1/kv/trap/a", "1");
        http.put("/v1/kv/trap/b", "1");
        http.delete("/v1/kv/trap/b");
        long index = http.get("/v1/kv/trap/?keys").index();
        http.delete("/v1/kv/trap?recurse");
        Http.Answer answer = http.get("/v1/kv/trap/?keys&wait=100ms&index=" + index);
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.index()).isEqualTo(index);
    }

    @Test
    void shouldWakeWhenItsSessionEnds() throws Exception {
        String id = http.session("{}");
        String other = http.session("{}");
        long index = http.get("/v1/session/list").index();
        CompletableFuture<Http.Answer> parked = park("/v1/session/info/" + id, index);
        CompletableFuture<Http.Answer> upper = park("/v1/session/info/" + id.toUpperCase(Locale.ROOT), index);
        CompletableFuture<Http.Answer> list = park("/v1/session/list", index);
        http.put("/v1/session/destroy/" + other, "");
        assertThat(get(list).body()).doesNotContain(other);
        assertThat(parked).isNotDone();
        http.put("/v1/session/destroy/" + id, "");
        assertThat(get(parked).body()).isEqualTo("[]");
        assertThat(get(upper).body()).isEqualTo("[]");
    }

    @Test
    void shouldSayWhatThereIsWhenItsTimeIsUp() {
        http.put("/v1/kv/still", "1");
        Http.Answer now = http.get("/v1/kv/still");
        long begun = System.nanoTime();
        for (String mode : List.of("", "&stale", "&consistent")) {
            Http.Answer answer = http.get("/v1/kv/still?wait=200ms&index=" + now.index() + mode);
            assertThat(answer.body()).isEqualTo(now.body());
            assertThat(answer.index()).isEqualTo(now.index());
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(Duration.ofMillis(600));
        // An index of the future waits, and then gets the lower one that there is.
        assertThat(http.get("/v1/kv/still?wait=100ms&index=99999999").index()).isEqualTo(now.index());
    }

    @Test
    void shouldGoOnWaitingWhenTheLeaderChanges() throws Exception {
        http.put("/v1/kv/patient", "1");
        CompletableFuture<Http.Answer> parked =
                park("/v1/kv/patient", http.get("/v1/kv/patient").index());
        consul.kill(consul.leader().orElseThrow());
        consul.awaitLeader(PATIENCE);
        assertThat(parked).isNotDone();
        assertThat(http.put("/v1/kv/patient", "2").body()).isEqualTo("true");
        assertThat(get(parked).status()).isEqualTo(200);
    }

    @Test
    void shouldNotTellSomebodyWhoAsksForConsistencyWhenItIsCutOff() {
        http.put("/v1/kv/certain", "1");
        long index = http.get("/v1/kv/certain").index();
        consul.isolate(node);
        Http.Answer answer = http.get("/v1/kv/certain?consistent&wait=1ms&index=" + index);
        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.body()).isEqualTo("No cluster leader");
    }

    @Test
    void shouldParkThousandsOnFewThreadsAndForgetThoseThatLeave() throws Exception {
        int many = 2_000;
        http.put("/v1/kv/herd/own", "1");
        int threads = serverThreads();
        long index = http.get("/v1/kv/herd/own").index();
        try (Pollers pollers = new Pollers(consul.endpoint(node))) {
            for (int i = 0; i < many; i++) {
                pollers.park("/v1/kv/herd/own?wait=60s&index=" + index);
            }
            Awaitility.await().atMost(PATIENCE).until(() -> consul.parkedQueries(node) == many);
            assertThat(serverThreads()).isLessThanOrEqualTo(threads + 2);

            pollers.abandon(many / 4);
            Awaitility.await().atMost(PATIENCE).until(() -> consul.parkedQueries(node) == many - many / 4);

            http.put("/v1/kv/herd/own", "2");
            assertThat(pollers.awaitAnswers(PATIENCE)).isEqualTo(many - many / 4);
            assertThat(consul.parkedQueries(node)).isZero();
        }
    }

    private static int serverThreads() {
        return (int) Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("embedded-consul-"))
                .count();
    }

    @Test
    void shouldFreeAQueryWhenItsClientGivesUp() {
        http.put("/v1/kv/abandoned", "1");
        CompletableFuture<Http.Answer> parked =
                park("/v1/kv/abandoned", http.get("/v1/kv/abandoned").index());
        assertThat(consul.parkedQueries(node)).isEqualTo(1);
        parked.cancel(true);
        awaitNoneParked();
    }
}
