package dev.incumbent.embedded.etcd;

import static dev.incumbent.embedded.etcd.EtcdClient.statusOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.embedded.etcd.wire.AlarmMember;
import dev.incumbent.embedded.etcd.wire.AlarmRequest;
import dev.incumbent.embedded.etcd.wire.AlarmType;
import dev.incumbent.embedded.etcd.wire.DefragmentRequest;
import dev.incumbent.embedded.etcd.wire.HashKVRequest;
import dev.incumbent.embedded.etcd.wire.HashKVResponse;
import dev.incumbent.embedded.etcd.wire.HashRequest;
import dev.incumbent.embedded.etcd.wire.Member;
import dev.incumbent.embedded.etcd.wire.MemberAddRequest;
import dev.incumbent.embedded.etcd.wire.MemberListRequest;
import dev.incumbent.embedded.etcd.wire.MoveLeaderRequest;
import dev.incumbent.embedded.etcd.wire.SnapshotRequest;
import dev.incumbent.embedded.etcd.wire.StatusRequest;
import dev.incumbent.embedded.etcd.wire.StatusResponse;
import dev.incumbent.embedded.etcd.wire.health.HealthCheckRequest;
import dev.incumbent.embedded.etcd.wire.health.HealthCheckResponse;
import io.grpc.Status;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class MaintenanceTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @RegisterExtension
    static final EtcdExtension ETCD = EtcdExtension.cluster(3);

    private final EmbeddedEtcd etcd = ETCD.get();

    @Test
    void shouldSayWhoLeadsAndHowFarItIs() {
        long leader = memberId(etcd.awaitLeader(PATIENCE));
        for (int node : etcd.nodes()) {
            try (EtcdClient client = new EtcdClient(etcd.endpoint(node))) {
                client.put("/status", "");
                StatusResponse status = client.maintenance().status(StatusRequest.getDefaultInstance());
                assertThat(status.getVersion()).startsWith("3.5.");
                assertThat(status.getLeader()).isEqualTo(leader);
                assertThat(status.getRaftTerm()).isPositive();
                assertThat(status.getRaftAppliedIndex()).isPositive();
                assertThat(status.getRaftIndex()).isGreaterThanOrEqualTo(status.getRaftAppliedIndex());
                assertThat(status.getDbSize()).isPositive();
                assertThat(status.getErrorsList()).isEmpty();
            }
        }
    }

    @Test
    void shouldListItsMembers() {
        try (EtcdClient client = new EtcdClient(etcd.endpoint(2))) {
            List<Member> members = client.cluster()
                    .memberList(
                            MemberListRequest.newBuilder().setLinearizable(true).build())
                    .getMembersList();
            assertThat(members).extracting(Member::getName).containsExactly("node-1", "node-2", "node-3");
            assertThat(members)
                    .extracting(member -> member.getClientURLs(0))
                    .containsExactlyElementsOf(etcd.endpoints());
            assertThat(members)
                    .extracting(Member::getID)
                    .doesNotHaveDuplicates()
                    .doesNotContain(0L);
        }
    }

    @Test
    void shouldHandLeadershipOverOnlyWhereItMakesSense() {
        int leader = etcd.awaitLeader(PATIENCE);
        int follower = etcd.followers().get(0);
        try (EtcdClient atLeader = new EtcdClient(etcd.endpoint(leader));
                EtcdClient atFollower = new EtcdClient(etcd.endpoint(follower))) {
            Status notLeader = statusOf(() -> move(atFollower, memberId(follower)));
            assertThat(notLeader.getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
            assertThat(notLeader.getDescription()).isEqualTo("etcdserver: not leader");
            Status unknown = statusOf(() -> move(atLeader, 4711));
            assertThat(unknown.getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
            assertThat(unknown.getDescription()).isEqualTo("etcdserver: bad leader transferee");
            move(atLeader, memberId(follower));
            Awaitility.await().atMost(PATIENCE).until(() -> etcd.leader().orElse(0) == follower);
        }
    }

    private static void move(EtcdClient client, long target) {
        assertThat(client.maintenance()
                        .moveLeader(MoveLeaderRequest.newBuilder()
                                .setTargetID(target)
                                .build()))
                .isNotNull();
    }

    @Test
    void shouldHashTheSameOnEveryNode() {
        try (EtcdClient client = new EtcdClient(etcd.endpoint(1))) {
            client.put("/hashed", "");
            client.delete("/hashed");
        }
        etcd.awaitServing(PATIENCE);
        Set<HashKVResponse> hashes = new HashSet<>();
        Set<Integer> whole = new HashSet<>();
        for (int node : etcd.nodes()) {
            try (EtcdClient client = new EtcdClient(etcd.endpoint(node))) {
                hashes.add(client.maintenance().hashKV(HashKVRequest.getDefaultInstance()).toBuilder()
                        .clearHeader()
                        .build());
                whole.add(client.maintenance()
                        .hash(HashRequest.getDefaultInstance())
                        .getHash());
            }
        }
        assertThat(hashes).hasSize(1);
        assertThat(whole).hasSize(1);
    }

    @Test
    void shouldRaiseAlarmsAndReportThem() throws Exception {
        try (EtcdClient client = new EtcdClient(etcd.endpoint(1));
                EtcdClient other = new EtcdClient(etcd.endpoint(2))) {
            alarm(client, AlarmRequest.AlarmAction.ACTIVATE);
            assertThat(alarm(other, AlarmRequest.AlarmAction.GET))
                    .extracting(AlarmMember::getAlarm)
                    .containsExactly(AlarmType.NOSPACE);
            assertThat(client.maintenance()
                            .status(StatusRequest.getDefaultInstance())
                            .getErrorsList())
                    .singleElement()
                    .asString()
                    .contains("NOSPACE");
            assertThat(statusOf(() -> client.put("/no-space", "")).getDescription())
                    .isEqualTo("etcdserver: mvcc: database space exceeded");
            HttpResponse<String> health = get(etcd.endpoint(1) + "/health");
            assertThat(health.statusCode()).isEqualTo(503);
            assertThat(health.body()).isEqualTo("{\"health\":\"false\",\"reason\":\"ALARM NOSPACE\"}\n");
            assertThat(get(etcd.endpoint(1) + "/health?exclude=NOSPACE").statusCode())
                    .isEqualTo(200);
            alarm(client, AlarmRequest.AlarmAction.DEACTIVATE);
            assertThat(statusOf(() -> client.put("/no-space", "")).isOk()).isTrue();
        }
    }

    private List<AlarmMember> alarm(EtcdClient client, AlarmRequest.AlarmAction action) {
        return client.maintenance()
                .alarm(AlarmRequest.newBuilder()
                        .setAction(action)
                        .setAlarm(AlarmType.NOSPACE)
                        .setMemberID(memberId(1))
                        .build())
                .getAlarmsList();
    }

    @Test
    void shouldSayWhatItDoesNotOffer() {
        try (EtcdClient client = new EtcdClient(etcd.endpoint(1))) {
            assertThat(client.maintenance().defragment(DefragmentRequest.getDefaultInstance()))
                    .isNotNull();
            assertThat(statusOf(() -> client.maintenance()
                                    .snapshot(SnapshotRequest.getDefaultInstance())
                                    .forEachRemaining(part -> {}))
                            .getCode())
                    .isEqualTo(Status.Code.UNIMPLEMENTED);
            assertThat(statusOf(() -> assertThat(client.cluster().memberAdd(MemberAddRequest.getDefaultInstance()))
                                    .isNull())
                            .getCode())
                    .isEqualTo(Status.Code.UNIMPLEMENTED);
        }
    }

    @Test
    void shouldBeHealthyOverGrpc() {
        try (EtcdClient client = new EtcdClient(etcd.endpoint(1))) {
            assertThat(client.health()
                            .check(HealthCheckRequest.getDefaultInstance())
                            .getStatus())
                    .isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
            assertThat(statusOf(() -> assertThat(client.health()
                                            .check(HealthCheckRequest.newBuilder()
                                                    .setService("x")
                                                    .build()))
                                    .isNull())
                            .getCode())
                    .isEqualTo(Status.Code.NOT_FOUND);
        }
    }

    @Test
    void shouldSpeakHttpOnTheSamePort() throws Exception {
        for (String endpoint : etcd.endpoints()) {
            HttpResponse<String> health = get(endpoint + "/health");
            assertThat(health.statusCode()).isEqualTo(200);
            assertThat(health.body()).isEqualTo("{\"health\":\"true\",\"reason\":\"\"}");
            assertThat(get(endpoint + "/version").body())
                    .isEqualTo("{\"etcdserver\":\"3.5.16\",\"etcdcluster\":\"3.5.0\"}");
            assertThat(get(endpoint + "/v2/keys").statusCode()).isEqualTo(404);
            assertThat(get(endpoint + "/livez").body()).isEqualTo("ok\n");
            assertThat(get(endpoint + "/livez/linearizable_read").statusCode()).isEqualTo(404);
            assertThat(get(endpoint + "/readyz?verbose").body())
                    .isEqualTo("[+]data_corruption ok\n[+]serializable_read ok\n[+]linearizable_read ok\nok\n");
            assertThat(get(endpoint + "/readyz/data_corruption?verbose").body())
                    .isEqualTo("[+]data_corruption ok\nok\n");
        }
    }

    @Test
    void shouldBeUnhealthyWithoutAQuorum() throws Exception {
        int survivor = etcd.awaitLeader(PATIENCE);
        etcd.followers().forEach(etcd::kill);
        Awaitility.await().atMost(PATIENCE).untilAsserted(() -> {
            HttpResponse<String> health = get(etcd.endpoint(survivor) + "/health");
            assertThat(health.statusCode()).isEqualTo(503);
            assertThat(health.body()).isEqualTo("{\"health\":\"false\",\"reason\":\"RAFT NO LEADER\"}\n");
        });
        assertThat(get(etcd.endpoint(survivor) + "/health?serializable=true").statusCode())
                .isEqualTo(200);
        assertThat(get(etcd.endpoint(survivor) + "/livez").statusCode()).isEqualTo(200);
        assertThat(get(etcd.endpoint(survivor) + "/readyz?exclude=linearizable_read")
                        .statusCode())
                .isEqualTo(200);
    }

    private static HttpResponse<String> get(String url) throws Exception {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .build()
                .send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private long memberId(int node) {
        try (EtcdClient client = new EtcdClient(etcd.endpoint(node))) {
            return client.maintenance()
                    .status(StatusRequest.getDefaultInstance())
                    .getHeader()
                    .getMemberId();
        }
    }
}
