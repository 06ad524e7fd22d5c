package dev.incumbent.embedded.etcd;

import static dev.incumbent.embedded.etcd.EtcdClient.bytes;
import static dev.incumbent.embedded.etcd.EtcdClient.statusOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.ListenableFuture;
import dev.incumbent.embedded.etcd.wire.LeaseKeepAliveRequest;
import dev.incumbent.embedded.etcd.wire.LeaseKeepAliveResponse;
import dev.incumbent.embedded.etcd.wire.PutRequest;
import dev.incumbent.embedded.etcd.wire.PutResponse;
import dev.incumbent.embedded.etcd.wire.WatchRequest;
import dev.incumbent.embedded.etcd.wire.WatchResponse;
import io.grpc.Status;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Each fault does what it says, and what etcd promises holds through it. */
class FaultTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @RegisterExtension
    static final EtcdExtension ETCD = EtcdExtension.of(
            EmbeddedEtcd.builder().nodes(3).minLeaseTtl(Duration.ofSeconds(1)).requestTimeout(Duration.ofSeconds(1)));

    private final EmbeddedEtcd etcd = ETCD.get();

    @Test
    void shouldGoOnWhenTheLeaderIsKilledAndReturns() throws Exception {
        int leader = etcd.awaitLeader(PATIENCE);
        int follower = etcd.followers().get(0);
        try (EtcdClient victim = new EtcdClient(etcd.endpoint(leader));
                EtcdClient client = new EtcdClient(etcd.endpoint(follower))) {
            victim.put("/killed", "1");
            Stream<WatchRequest, WatchResponse> watch = Stream.watch(victim);
            watch.send(Stream.watching(Stream.key("/killed")));
            watch.next();
            etcd.kill(leader);
            assertThat(watch.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            assertThatThrownBy(() -> connect(leader).close()).isInstanceOf(ConnectException.class);
            assertThat(etcd.runningNodes()).hasSize(2).doesNotContain(leader);

            // Asked before anybody can have noticed: waits for the next leader, as with etcd.
            assertThat(client.get("/killed")).contains("1");
            long revision = client.put("/killed", "2").getHeader().getRevision();
            etcd.restart(leader);
            etcd.awaitServing(PATIENCE);
            try (EtcdClient back = new EtcdClient(etcd.endpoint(leader))) {
                assertThat(back.get("/killed")).contains("2");
                Stream<WatchRequest, WatchResponse> resumed = Stream.watch(back);
                resumed.send(Stream.watching(Stream.key("/killed").setStartRevision(revision)));
                assertThat(resumed.next().getCreated()).isTrue();
                assertThat(resumed.next().getEvents(0).getKv().getModRevision()).isEqualTo(revision);
            }
        }
    }

    private Socket connect(int node) throws IOException {
        URI endpoint = URI.create(etcd.endpoint(node));
        return new Socket(endpoint.getHost(), endpoint.getPort());
    }

    @Test
    void shouldAnswerNothingThatNeedsAQuorumWhenTheLeaderIsIsolated() throws Exception {
        int deposed = etcd.awaitLeader(PATIENCE);
        int follower = etcd.followers().get(0);
        try (EtcdClient client = new EtcdClient(etcd.endpoint(deposed));
                EtcdClient other = new EtcdClient(etcd.endpoint(follower))) {
            long lease = client.grant(2);
            client.put("/isolated", "1", lease);
            etcd.isolate(deposed);
            // No time for the leader to notice: it must not answer even while it takes itself for one.
            Stream<LeaseKeepAliveRequest, LeaseKeepAliveResponse> renewals = Stream.keepAlive(client);
            renewals.send(Stream.renew(lease));
            Status read = statusOf(() -> client.get("/isolated"));
            assertThat(read.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            assertThat(read.getDescription()).isEqualTo("etcdserver: request timed out");
            assertThat(client.getLocally("/isolated")).contains("1");
            // It has noticed by now that it does not lead; clients take "no leader" for a promise that nothing was
            // proposed.
            assertThat(statusOf(() -> client.put("/isolated", "2")))
                    .satisfies(status -> assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE))
                    .satisfies(
                            status -> assertThat(status.getDescription()).isEqualTo("etcdserver: request timed out"));
            assertThat(renewals.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            assertThat(renewals.hasNext()).isFalse();

            Awaitility.await().atMost(PATIENCE).until(() -> etcd.leader().orElse(deposed) != deposed);
            Awaitility.await().atMost(PATIENCE).until(() -> other.get("/isolated")
                    .isEmpty());
            etcd.heal();
            etcd.awaitServing(PATIENCE);
            assertThat(client.get("/isolated")).isEmpty();
        }
    }

    @Test
    void shouldRefuseRenewalsAtAFollowerThatIsCutOff() throws Exception {
        etcd.awaitLeader(PATIENCE);
        int follower = etcd.followers().get(0);
        try (EtcdClient client = new EtcdClient(etcd.endpoint(follower))) {
            long lease = client.grant(60);
            etcd.isolate(follower);
            Stream<LeaseKeepAliveRequest, LeaseKeepAliveResponse> renewals = Stream.keepAlive(client);
            renewals.send(Stream.renew(lease));
            assertThat(renewals.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            assertThat(renewals.hasNext()).isFalse();
        }
    }

    @Test
    void shouldEndStreamsThatNeedALeaderWhenThereIsNone() throws Exception {
        int isolated = etcd.followers().get(0);
        try (EtcdClient needy = new EtcdClient(etcd.endpoint(isolated)).hasLeader();
                EtcdClient patient = new EtcdClient(etcd.endpoint(isolated))) {
            Stream<WatchRequest, WatchResponse> watch = Stream.watch(needy);
            Stream<LeaseKeepAliveRequest, LeaseKeepAliveResponse> renewals = Stream.keepAlive(needy);
            Stream<WatchRequest, WatchResponse> quiet = Stream.watch(patient);
            for (Stream<WatchRequest, WatchResponse> stream : List.of(watch, quiet)) {
                stream.send(Stream.watching(Stream.key("/leaderless")));
                stream.next();
            }
            etcd.isolate(isolated);
            assertThat(watch.end()).satisfies(FaultTest::saysNoLeader);
            assertThat(renewals.end()).satisfies(FaultTest::saysNoLeader);
            assertThat(statusOf(() -> needy.getLocally("/leaderless"))).satisfies(FaultTest::saysNoLeader);
            etcd.heal();
            etcd.awaitServing(PATIENCE);
            patient.put("/leaderless", "1");
            assertThat(quiet.next().getEventsCount()).isEqualTo(1);
        }
    }

    private static void saysNoLeader(Status status) {
        assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(status.getDescription()).isEqualTo("etcdserver: no leader");
    }

    @Test
    void shouldRefuseWritesWithoutAQuorumAndTakeThemAgainWithOne() throws Exception {
        int survivor = etcd.awaitLeader(PATIENCE);
        try (EtcdClient client = new EtcdClient(etcd.endpoint(survivor))) {
            client.put("/quorum", "1");
            etcd.followers().forEach(etcd::kill);
            Status status = statusOf(() -> client.put("/quorum", "2"));
            assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            assertThat(client.getLocally("/quorum")).isPresent();
            HttpResponse<String> ready = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create(etcd.endpoint(survivor) + "/readyz"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(ready.statusCode()).isEqualTo(503);
            assertThat(ready.body()).contains("[-]linearizable_read failed: etcdserver: request timed out\n");
            assertThatThrownBy(() -> etcd.awaitLeader(Duration.ofMillis(50)))
                    .isInstanceOf(EmbeddedEtcdException.class)
                    .hasMessageContaining("a leader in vain");
            etcd.nodes().forEach(etcd::restart);
            etcd.awaitServing(PATIENCE);
            client.put("/quorum", "3");
            assertThat(client.get("/quorum")).contains("3");
        }
    }

    @Test
    void shouldAcceptConnectionsAndAnswerNothingWhenPaused() throws Exception {
        int node = etcd.followers().get(0);
        try (EtcdClient client = new EtcdClient(etcd.endpoint(node));
                EtcdClient late = new EtcdClient(etcd.endpoint(node));
                EtcdClient witness = new EtcdClient(etcd.endpoint(etcd.awaitLeader(PATIENCE)))) {
            client.put("/paused", "1");
            etcd.pause(node);
            ListenableFuture<PutResponse> put = client.kvLater()
                    .put(PutRequest.newBuilder()
                            .setKey(bytes("/paused"))
                            .setValue(bytes("2"))
                            .build());
            ListenableFuture<PutResponse> first = late.kvLater()
                    .put(PutRequest.newBuilder().setKey(bytes("/paused-late")).build());
            connect(node).close();
            for (int i = 0; i < 20; i++) {
                witness.put("/others-go-on", "" + i);
            }
            assertThat(witness.get("/paused")).contains("1");
            assertThat(put.isDone()).isFalse();
            assertThat(first.isDone()).isFalse();
            etcd.resume(node);
            assertThat(put.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).hasHeader())
                    .isTrue();
            assertThat(first.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).hasHeader())
                    .isTrue();
        }
    }

    @Test
    void shouldElectAnotherWhenTheLeaderIsPausedAndForgiveIt() {
        int paused = etcd.awaitLeader(PATIENCE);
        int follower = etcd.followers().get(0);
        try (EtcdClient client = new EtcdClient(etcd.endpoint(follower))) {
            client.put("/paused-leader", "1");
            etcd.pause(paused);
            Awaitility.await()
                    .atMost(PATIENCE)
                    .until(() -> etcd.leader().isPresent() && etcd.leader().getAsInt() != paused);
            client.put("/paused-leader", "2");
            etcd.resume(paused);
            etcd.awaitServing(PATIENCE);
            try (EtcdClient back = new EtcdClient(etcd.endpoint(paused))) {
                assertThat(back.get("/paused-leader")).contains("2");
            }
        }
    }

    @Test
    void shouldResetOnlyTheClientsOfOneNode() throws Exception {
        try (EtcdClient cut = new EtcdClient(etcd.endpoint(1));
                EtcdClient other = new EtcdClient(etcd.endpoint(2))) {
            Stream<WatchRequest, WatchResponse> lost = Stream.watch(cut);
            Stream<WatchRequest, WatchResponse> kept = Stream.watch(other);
            for (Stream<WatchRequest, WatchResponse> stream : List.of(lost, kept)) {
                stream.send(Stream.watching(Stream.key("/cut")));
                stream.next();
            }
            etcd.cutClients(1);
            assertThat(lost.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            assertThat(statusOf(() -> cut.get("/cut")).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            other.put("/cut", "1");
            assertThat(kept.next().getEventsCount()).isEqualTo(1);
            etcd.admitClients(1);
            Awaitility.await().atMost(PATIENCE).until(() -> statusOf(() -> cut.get("/cut"))
                    .isOk());
        }
    }

    @Test
    void shouldExpireLeasesAfterTheLeaderThatGrantedThemIsGone() {
        int leader = etcd.awaitLeader(PATIENCE);
        int follower = etcd.followers().get(0);
        try (EtcdClient client = new EtcdClient(etcd.endpoint(follower))) {
            client.put("/orphaned", "", client.grant(1));
            etcd.kill(leader);
            Awaitility.await().atMost(PATIENCE).until(() -> client.get("/orphaned")
                    .isEmpty());
        }
    }

    @Test
    void shouldDelayWhatTravelsOnASlowLink() {
        int leader = etcd.awaitLeader(PATIENCE);
        int slow = etcd.followers().get(0);
        Duration delay = Duration.ofMillis(100);
        try (EtcdClient client = new EtcdClient(etcd.endpoint(slow))) {
            client.put("/slow", "");
            etcd.slow(slow, leader, delay);
            long begun = System.nanoTime();
            client.get("/slow");
            assertThat(System.nanoTime() - begun).isGreaterThanOrEqualTo(delay.toNanos());
        }
    }
}
