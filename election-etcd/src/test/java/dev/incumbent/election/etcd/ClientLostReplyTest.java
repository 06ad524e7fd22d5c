package dev.incumbent.election.etcd;

import static dev.incumbent.testkit.adapter.Outcomes.PATIENCE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.incumbent.election.CampaignOptions;
import dev.incumbent.election.Candidacy;
import dev.incumbent.election.CandidateInfo;
import dev.incumbent.election.ElectionClient;
import dev.incumbent.election.IndeterminateException;
import dev.incumbent.election.Leadership;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.LeaseTimeToLiveRequest;
import io.etcd.jetcd.api.TxnRequest;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an application sees when requests took effect and their replies never came (S4). */
final class ClientLostReplyTest extends OnOneServer {

    private static final String ELECTION = "office";

    private final Tap tap = new Tap();

    @SuppressWarnings("NullAway.Init") // set before each test
    private ElectionClient client;

    @BeforeEach
    void open() {
        client = place.client(place.builder().interceptor(tap).candidateId("ours"));
    }

    @AfterEach
    void heal() {
        tap.heal();
    }

    private static boolean enters(Object request) {
        return request instanceof TxnRequest txn && txn.toString().contains("lease: ");
    }

    private static boolean removes(Object request) {
        return request instanceof TxnRequest txn && txn.toString().contains("request_delete_range");
    }

    private List<Long> standing() {
        return place.outside().below(place.layout().prefix(ELECTION)).stream()
                .map(KeyValue::getCreateRevision)
                .toList();
    }

    private void awaitNobody() {
        Awaitility.await().atMost(PATIENCE).until(() -> standing().isEmpty());
    }

    private static Leadership leads(Candidacy candidacy) throws Exception {
        return candidacy.awaitLeadership(PATIENCE).orElseThrow();
    }

    private boolean isLeaseThere(long lease) {
        return place.outside()
                        .lease()
                        .leaseTimeToLive(
                                LeaseTimeToLiveRequest.newBuilder().setID(lease).build())
                        .getTTL()
                >= 0;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldLeadByTheOneEntryWhenTheReplyToTheCampaignIsLost(boolean silently) throws Exception {
        if (silently) {
            tap.silence(1, ClientLostReplyTest::enters);
        } else {
            tap.breakAfter(1, ClientLostReplyTest::enters);
        }
        Candidacy candidacy = client.election(ELECTION).campaign();

        Leadership leadership = leads(candidacy);

        assertThat(standing()).containsExactly(leadership.token().epoch());
        assertThat(leadership.isValid()).isTrue();
        candidacy.close();
        awaitNobody();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldLeaveNothingBehindWhenACampaignIsGivenUpBeforeItsReplyIsMissed(boolean silently) throws Exception {
        if (silently) {
            tap.silence(1, ClientLostReplyTest::enters);
        } else {
            tap.breakAfter(Integer.MAX_VALUE, ClientLostReplyTest::enters);
        }
        Candidacy candidacy = client.election(ELECTION).campaign();
        Awaitility.await().atMost(PATIENCE).until(() -> standing().size() == 1);

        candidacy.close();

        awaitNobody();
        Leadership next = leads(place.client("next").election(ELECTION).campaign());
        assertThat(standing()).containsExactly(next.token().epoch());
    }

    @Test
    void shouldLeaveNothingQueuedWhenTheTimeIsUpAndTheRepliesToEnteringAndLeavingAreLost() throws Exception {
        Leadership other = leads(place.client("other").election(ELECTION).campaign());
        tap.breakAfter(2, request -> enters(request) || removes(request));

        assertThat(client.election(ELECTION).campaignFor(Duration.ofMillis(500)))
                .isEmpty();

        Awaitility.await().atMost(PATIENCE).until(() -> standing()
                .equals(List.of(other.token().epoch())));
        assertThat(other.isValid()).isTrue();
    }

    @Test
    void shouldReleaseTheOfficeOnceWhenTheReplyToTheResignationIsLost() throws Exception {
        Candidacy candidacy = client.election(ELECTION).campaign();
        Leadership first = leads(candidacy);
        Candidacy heir = place.client("heir").election(ELECTION).campaign();
        tap.breakAfter(1, ClientLostReplyTest::removes);

        candidacy.resign().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);

        assertThat(first.isValid()).isFalse();
        Leadership second = leads(heir);
        assertThat(standing()).containsExactly(second.token().epoch());
        Candidacy again = client.election(ELECTION).campaign();
        heir.close();
        Leadership third = leads(again);
        assertThat(third.token().isNewerThan(second.token())).isTrue();
        assertThat(standing()).containsExactly(third.token().epoch());
    }

    @Test
    void shouldStandUnderOneLeaseWhenTheReplyToItsGrantIsLost() throws Exception {
        Set<Long> asked = ConcurrentHashMap.newKeySet();
        Tap lossy = new Tap();
        lossy.breakAfter(1, request -> {
            if (request instanceof LeaseGrantRequest grant) {
                asked.add(grant.getID());
            }
            return request instanceof LeaseGrantRequest;
        });
        try (ElectionClient late =
                place.client(place.builder().interceptor(lossy).candidateId("late"))) {
            Leadership leadership = leads(late.election(ELECTION).campaign());

            assertThat(standing()).containsExactly(leadership.token().epoch());
            assertThat(asked).hasSize(1).containsExactly(place.first(ELECTION).getLease());
        }
        awaitNobody();
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> !isLeaseThere(asked.iterator().next()));
    }

    @Test
    void shouldSayThatItIsUnknownAndStayInOfficeWhenTheReplyToAProclamationIsLost() throws Exception {
        Candidacy candidacy = client.election(ELECTION)
                .campaign(CampaignOptions.builder().payload("one").build());
        Leadership leadership = leads(candidacy);
        tap.breakAfter(1, ClientLostReplyTest::enters);

        assertThatThrownBy(() -> candidacy
                        .proclaim("two".getBytes(UTF_8))
                        .toCompletableFuture()
                        .get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .hasCauseInstanceOf(IndeterminateException.class);

        assertThat(standing()).containsExactly(leadership.token().epoch());
        assertThat(payloads()).containsExactly("two");
        candidacy.proclaim("three".getBytes(UTF_8)).toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(payloads()).containsExactly("three");
        assertThat(leadership.isValid()).isTrue();
        assertThat(candidacy.leadership()).contains(leadership);
    }

    private List<String> payloads() throws InterruptedException {
        return client.election(ELECTION).candidates().stream()
                .map(CandidateInfo::payloadText)
                .toList();
    }

    @Test
    void shouldLeaveNoLeaseWhenTheReplyToItsRevocationIsLost() throws Exception {
        leads(client.election(ELECTION).campaign());
        long lease = place.first(ELECTION).getLease();
        tap.breakAfter(Integer.MAX_VALUE, request -> request instanceof LeaseRevokeRequest);

        client.close();

        awaitNobody();
        assertThat(isLeaseThere(lease)).isFalse();
    }
}
