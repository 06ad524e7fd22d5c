package dev.incumbent.embedded.etcd;

import static dev.incumbent.embedded.etcd.EtcdClient.bytes;
import static dev.incumbent.embedded.etcd.EtcdClient.statusOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.ListenableFuture;
import dev.incumbent.embedded.etcd.wire.KeyValue;
import dev.incumbent.embedded.etcd.wire.election.CampaignRequest;
import dev.incumbent.embedded.etcd.wire.election.CampaignResponse;
import dev.incumbent.embedded.etcd.wire.election.LeaderKey;
import dev.incumbent.embedded.etcd.wire.election.LeaderRequest;
import dev.incumbent.embedded.etcd.wire.election.LeaderResponse;
import dev.incumbent.embedded.etcd.wire.election.ProclaimRequest;
import dev.incumbent.embedded.etcd.wire.election.ResignRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;

class ElectionTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @RegisterExtension
    static final EtcdExtension ETCD = EtcdExtension.cluster(3);

    private final EtcdClient client = new EtcdClient(ETCD.get().endpoint(1));
    private final EtcdClient other = new EtcdClient(ETCD.get().endpoint(2));
    private String name = "";

    @BeforeEach
    void nameElection(TestInfo test) {
        name = test.getTestMethod().orElseThrow().getName();
    }

    @AfterEach
    void close() {
        client.close();
        other.close();
    }

    @Test
    void shouldLeadInTheOrderOfEntry() throws Exception {
        LeaderKey first = campaign(client, "a").get().getLeader();
        ListenableFuture<CampaignResponse> second = campaign(other, "b");
        awaitCandidates(2);
        ListenableFuture<CampaignResponse> third = campaign(client, "c");
        awaitCandidates(3);
        assertThat(leader().getValue()).isEqualTo(bytes("a"));

        resign(client, first);
        LeaderKey next = await(second).getLeader();
        assertThat(next.getRev()).isGreaterThan(first.getRev());
        assertThat(third.isDone()).isFalse();
        assertThat(leader().getValue()).isEqualTo(bytes("b"));
        resign(other, next);
        await(third);
    }

    @Test
    void shouldLayOutKeysAsGoDoes() throws Exception {
        long lease = client.grant(60);
        LeaderKey key =
                client.electionLater().campaign(request(lease, "v")).get().getLeader();
        assertThat(key.getKey()).isEqualTo(bytes(name + "/" + Long.toHexString(lease)));
        assertThat(key.getName()).isEqualTo(bytes(name));
        assertThat(key.getLease()).isEqualTo(lease);
        KeyValue stored = client.prefix(name + "/").getKvs(0);
        assertThat(stored.getLease()).isEqualTo(lease);
        assertThat(stored.getCreateRevision()).isEqualTo(key.getRev());
    }

    @Test
    void shouldStandInOneQueueWithThoseWhoWriteKeysThemselves() throws Exception {
        client.put(name + "/go", "go");
        ListenableFuture<CampaignResponse> ours = campaign(client, "ours");
        awaitCandidates(2);
        assertThat(leader().getValue()).isEqualTo(bytes("go"));
        other.delete(name + "/go");
        await(ours);
    }

    @Test
    void shouldGrantALeaseWhenNoneIsNamed() throws Exception {
        LeaderKey key = client.electionLater().campaign(request(0, "v")).get().getLeader();
        assertThat(client.timeToLive(key.getLease()).getGrantedTTL()).isEqualTo(60);
    }

    @Test
    void shouldFindItselfWhenItCampaignsAgain() throws Exception {
        long lease = client.grant(60);
        LeaderKey first =
                client.electionLater().campaign(request(lease, "v")).get().getLeader();
        LeaderKey again =
                other.electionLater().campaign(request(lease, "w")).get().getLeader();
        assertThat(again.getRev()).isEqualTo(first.getRev());
        assertThat(leader().getValue()).isEqualTo(bytes("w"));
    }

    @Test
    void shouldFailWhenTheLeaseIsUnknown() {
        assertThatThrownBy(() ->
                        client.electionLater().campaign(request(4242, "v")).get())
                .hasMessageContaining("UNKNOWN: etcdserver: requested lease not found");
    }

    @Test
    void shouldTakeItsKeyAlongWhenTheCallIsCancelled() throws Exception {
        campaign(client, "leads").get();
        ListenableFuture<CampaignResponse> waiting = campaign(other, "waits");
        awaitCandidates(2);
        waiting.cancel(true);
        awaitCandidates(1);
        assertThat(leader().getValue()).isEqualTo(bytes("leads"));
    }

    @Test
    void shouldTakeItsKeyAlongWhenTheCallRunsOutOfTime() throws Exception {
        campaign(client, "leads").get();
        long lease = other.grant(60);
        Status status = statusOf(() -> ignore(
                other.election().withDeadlineAfter(200, TimeUnit.MILLISECONDS).campaign(request(lease, "waits"))));
        assertThat(status.getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        awaitCandidates(1);
        assertThat(leader().getValue()).isEqualTo(bytes("leads"));
    }

    /** etcd issue 19597: its server answers "you lead" here. */
    @Test
    void shouldNotLeadWhenItsOwnLeaseEndedWhileItWaited() throws Exception {
        LeaderKey first = campaign(client, "a").get().getLeader();
        long lease = other.grant(60);
        ListenableFuture<CampaignResponse> phantom = other.electionLater().campaign(request(lease, "b"));
        awaitCandidates(2);
        other.revoke(lease);
        resign(client, first);
        assertThatThrownBy(phantom::get)
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("UNKNOWN: election: not leader");
    }

    @Test
    void shouldSpeakOnlyForTheLeader() throws Exception {
        LeaderKey key = campaign(client, "a").get().getLeader();
        ignore(client.election()
                .proclaim(ProclaimRequest.newBuilder()
                        .setLeader(key)
                        .setValue(bytes("b"))
                        .build()));
        assertThat(leader().getValue()).isEqualTo(bytes("b"));
        assertThat(leader().getCreateRevision()).isEqualTo(key.getRev());
        resign(client, key);
        resign(client, key);
        Status late = statusOf(() -> ignore(client.election()
                .proclaim(ProclaimRequest.newBuilder()
                        .setLeader(key)
                        .setValue(bytes("c"))
                        .build())));
        assertThat(late.getCode()).isEqualTo(Status.Code.UNKNOWN);
        assertThat(late.getDescription()).isEqualTo("election: not leader");
        Status none = statusOf(this::leader);
        assertThat(none.getCode()).isEqualTo(Status.Code.UNKNOWN);
        assertThat(none.getDescription()).isEqualTo("election: no leader");
        assertThat(statusOf(() -> ignore(client.election().resign(ResignRequest.getDefaultInstance())))
                        .getDescription())
                .isEqualTo("\"leader\" field must be provided");
    }

    @Test
    void shouldTellObserversOfEachLeaderInTurn() throws Exception {
        Stream<LeaderRequest, LeaderResponse> early = observe(client);
        LeaderKey first = campaign(client, "a").get().getLeader();
        assertThat(early.next().getKv().getValue()).isEqualTo(bytes("a"));
        Stream<LeaderRequest, LeaderResponse> late = observe(other);
        assertThat(late.next().getKv().getValue()).isEqualTo(bytes("a"));

        ListenableFuture<CampaignResponse> second = campaign(other, "b");
        awaitCandidates(2);
        ignore(client.election()
                .proclaim(ProclaimRequest.newBuilder()
                        .setLeader(first)
                        .setValue(bytes("a2"))
                        .build()));
        resign(client, first);
        await(second);
        for (Stream<LeaderRequest, LeaderResponse> observer : List.of(early, late)) {
            assertThat(observer.next().getKv().getValue()).isEqualTo(bytes("a2"));
            LeaderResponse next = observer.next();
            assertThat(next.getKv().getValue()).isEqualTo(bytes("b"));
            assertThat(next.getHeader().getRevision())
                    .isGreaterThanOrEqualTo(next.getKv().getModRevision());
        }
    }

    /** etcd issue 18879: there, the member answers no contended campaign any more after this. */
    @Test
    void shouldServeOnWhenHundredsWaitAndObserve() throws Exception {
        LeaderKey leader = campaign(client, "leads").get().getLeader();
        List<Stream<LeaderRequest, LeaderResponse>> observers = new ArrayList<>();
        List<ListenableFuture<CampaignResponse>> waiting = new ArrayList<>();
        try (EtcdClient doomed = new EtcdClient(ETCD.get().endpoint(1))) {
            for (int i = 0; i < 100; i++) {
                observers.add(observe(doomed));
                waiting.add(campaign(doomed, "doomed"));
            }
            awaitCandidates(101);
        }
        awaitCandidates(1);
        List<ListenableFuture<CampaignResponse>> successors = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            successors.add(campaign(i % 2 == 0 ? client : other, "" + i));
            awaitCandidates(i + 2);
        }
        resign(client, leader);
        for (int i = 0; i < successors.size(); i++) {
            LeaderKey next = await(successors.get(i)).getLeader();
            assertThat(leader().getValue()).isEqualTo(bytes("" + i));
            resign(client, next);
        }
        assertThat(waiting).allMatch(ListenableFuture::isDone);
        assertThat(observers).hasSize(100);
    }

    private CampaignRequest request(long lease, String value) {
        return CampaignRequest.newBuilder()
                .setName(bytes(name))
                .setLease(lease)
                .setValue(bytes(value))
                .build();
    }

    private ListenableFuture<CampaignResponse> campaign(EtcdClient by, String value) {
        return by.electionLater().campaign(request(by.grant(60), value));
    }

    private static CampaignResponse await(ListenableFuture<CampaignResponse> campaign) throws Exception {
        return campaign.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private static void resign(EtcdClient by, LeaderKey key) {
        ignore(by.election().resign(ResignRequest.newBuilder().setLeader(key).build()));
    }

    private KeyValue leader() throws StatusRuntimeException {
        return client.election()
                .leader(LeaderRequest.newBuilder().setName(bytes(name)).build())
                .getKv();
    }

    private Stream<LeaderRequest, LeaderResponse> observe(EtcdClient by) {
        Stream<LeaderRequest, LeaderResponse> stream = Stream.unopened();
        by.electionStreams()
                .observe(LeaderRequest.newBuilder().setName(bytes(name)).build(), stream);
        return stream;
    }

    private void awaitCandidates(int count) {
        Awaitility.await()
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(2))
                .until(() -> client.prefix(name + "/").getKvsCount() == count);
    }

    private static void ignore(Object response) {
        assertThat(response).isNotNull();
    }
}
