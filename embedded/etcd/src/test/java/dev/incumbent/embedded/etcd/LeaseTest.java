package dev.incumbent.embedded.etcd;

import static dev.incumbent.embedded.etcd.EtcdClient.statusOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.embedded.etcd.wire.LeaseGrantResponse;
import dev.incumbent.embedded.etcd.wire.LeaseKeepAliveRequest;
import dev.incumbent.embedded.etcd.wire.LeaseKeepAliveResponse;
import dev.incumbent.embedded.etcd.wire.LeaseLeasesRequest;
import dev.incumbent.embedded.etcd.wire.LeaseStatus;
import dev.incumbent.embedded.etcd.wire.LeaseTimeToLiveResponse;
import dev.incumbent.embedded.etcd.wire.WatchRequest;
import dev.incumbent.embedded.etcd.wire.WatchResponse;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LeaseTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @RegisterExtension
    static final EtcdExtension ETCD =
            EtcdExtension.of(EmbeddedEtcd.builder().nodes(3).minLeaseTtl(Duration.ofSeconds(1)));

    private final EmbeddedEtcd etcd = ETCD.get();

    private EtcdClient leader() {
        return new EtcdClient(etcd.endpoint(etcd.awaitLeader(PATIENCE)));
    }

    private EtcdClient follower() {
        etcd.awaitLeader(PATIENCE);
        return new EtcdClient(etcd.endpoint(etcd.followers().get(0)));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 0, -5})
    void shouldRaiseShortLeasesToTheMinimum(long ttl) {
        try (EtcdClient client = follower()) {
            LeaseGrantResponse granted = client.grant(0, ttl);
            assertThat(granted.getTTL()).isEqualTo(1);
            assertThat(granted.getID()).isPositive();
        }
    }

    @Test
    void shouldRefuseWithEtcdsWords() {
        try (EtcdClient client = leader()) {
            Status tooLong = statusOf(() -> client.grant(9_000_000_001L));
            assertThat(tooLong.getCode()).isEqualTo(Status.Code.OUT_OF_RANGE);
            assertThat(tooLong.getDescription()).isEqualTo("etcdserver: too large lease TTL");
            client.grant(4711, 60);
            Status twice = statusOf(() -> client.grant(4711, 60));
            assertThat(twice.getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
            assertThat(twice.getDescription()).isEqualTo("etcdserver: lease already exists");
            client.revoke(4711);
            Status gone = statusOf(() -> client.revoke(4711));
            assertThat(gone.getCode()).isEqualTo(Status.Code.NOT_FOUND);
            assertThat(gone.getDescription()).isEqualTo("etcdserver: requested lease not found");
            assertThat(statusOf(() -> client.put("/on-a-lease-that-is-gone", "", 4711))
                            .getCode())
                    .isEqualTo(Status.Code.NOT_FOUND);
        }
    }

    @Test
    void shouldDeleteItsKeysInOneRevisionWhenItIsRevoked() throws Exception {
        try (EtcdClient client = follower()) {
            long lease = client.grant(60);
            Stream<WatchRequest, WatchResponse> watch = Stream.watch(client);
            client.put("/revoked/1", "", lease);
            client.put("/revoked/2", "", lease);
            watch.send(Stream.watching(Stream.prefix("/revoked/")));
            watch.next();
            client.revoke(lease);
            assertThat(watch.next().getEventsCount()).isEqualTo(2);
        }
    }

    @Test
    void shouldSayHowLongItHasAndWhatHangsOnIt() {
        try (EtcdClient client = follower()) {
            long lease = client.grant(100);
            client.put("/hanging", "", lease);
            LeaseTimeToLiveResponse found = client.timeToLive(lease);
            assertThat(found.getGrantedTTL()).isEqualTo(100);
            assertThat(found.getTTL()).isBetween(90L, 100L);
            assertThat(found.getKeysList()).containsExactly(EtcdClient.bytes("/hanging"));
            LeaseTimeToLiveResponse missing = client.timeToLive(12345);
            assertThat(missing.getTTL()).isEqualTo(-1);
            assertThat(missing.getGrantedTTL()).isZero();
            assertThat(client.lease()
                            .leaseLeases(LeaseLeasesRequest.getDefaultInstance())
                            .getLeasesList())
                    .extracting(LeaseStatus::getID)
                    .contains(lease)
                    .doesNotContain(12345L);
        }
    }

    @Test
    void shouldExpireWithItsKeysWhenNobodyRenewsIt() {
        try (EtcdClient client = leader()) {
            long lease = client.grant(1);
            client.put("/expiring", "", lease);
            Awaitility.await().atMost(PATIENCE).until(() -> client.get("/expiring")
                    .isEmpty());
            assertThat(client.timeToLive(lease).getTTL()).isEqualTo(-1);
        }
    }

    @Test
    void shouldExpireAtOnceWhenATestWantsIt() {
        try (EtcdClient client = follower()) {
            long lease = client.grant(1_000);
            long other = client.grant(1_000);
            client.put("/expired-by-hand", "", lease);
            etcd.expireLease(lease);
            assertThat(client.get("/expired-by-hand")).isEmpty();
            assertThat(client.timeToLive(other).getTTL()).isPositive();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldLiveOnWhenItIsRenewed(boolean atTheLeader) throws Exception {
        try (EtcdClient client = atTheLeader ? leader() : follower()) {
            long lease = client.grant(1);
            long begun = System.nanoTime();
            Stream<LeaseKeepAliveRequest, LeaseKeepAliveResponse> stream = Stream.keepAlive(client);
            // Twice as long as it would have lived.
            while (System.nanoTime() - begun < Duration.ofMillis(2_200).toNanos()) {
                stream.send(Stream.renew(lease));
                LeaseKeepAliveResponse renewed = stream.next();
                assertThat(renewed.getID()).isEqualTo(lease);
                assertThat(renewed.getTTL()).isEqualTo(1);
                Thread.onSpinWait();
                java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
            }
            assertThat(client.timeToLive(lease).getGrantedTTL()).isEqualTo(1);
        }
    }

    @Test
    void shouldAnswerInTheOrderOfTheRequestsWhenLeasesAreUnknown() throws Exception {
        try (EtcdClient client = follower()) {
            long lease = client.grant(60);
            Stream<LeaseKeepAliveRequest, LeaseKeepAliveResponse> stream = Stream.keepAlive(client);
            List<Long> sent = new ArrayList<>();
            for (long i = 1; i <= 500; i++) {
                long id = i % 3 == 0 ? lease : -i;
                sent.add(id);
                stream.send(Stream.renew(id));
            }
            stream.complete();
            for (long id : sent) {
                LeaseKeepAliveResponse response = stream.next();
                assertThat(response.getID()).isEqualTo(id);
                assertThat(response.getTTL()).isEqualTo(id == lease ? 60 : 0);
            }
            assertThat(stream.end().isOk()).isTrue();
        }
    }

    @Test
    void shouldHaveItsWholeTimeAgainWhenTheLeaderIsKilled() {
        int first = etcd.awaitLeader(PATIENCE);
        int follower = etcd.followers().get(0);
        try (EtcdClient client = new EtcdClient(etcd.endpoint(follower))) {
            long lease = client.grant(100);
            Awaitility.await()
                    .atMost(PATIENCE)
                    .until(() -> client.timeToLive(lease).getTTL() <= 97);
            etcd.kill(first);
            // A little more than what was granted: the time of an election comes on top.
            assertThat(client.timeToLive(lease).getTTL()).isBetween(98L, 100L);
        }
    }
}
