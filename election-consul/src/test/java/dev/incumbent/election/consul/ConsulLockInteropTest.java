package dev.incumbent.election.consul;

import static org.assertj.core.api.Assertions.assertThat;

import com.ecwid.consul.v1.kv.model.GetValue;
import dev.incumbent.election.Candidacy;
import dev.incumbent.election.CandidateInfo;
import dev.incumbent.election.Election;
import dev.incumbent.election.ElectionClient;
import dev.incumbent.election.Leadership;
import dev.incumbent.election.RevocationCause;
import dev.incumbent.realservers.ConsulCommand;
import dev.incumbent.realservers.ConsulInstallation;
import dev.incumbent.realservers.RunningCommand;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** One election with {@code consul lock}, in both orders. */
@Tag("full")
final class ConsulLockInteropTest {

    private static final String PREFIX = "service/billing";

    @SuppressWarnings("NullAway.Init") // set before each test
    private Servers servers;

    @SuppressWarnings("NullAway.Init")
    private Place place;

    @SuppressWarnings("NullAway.Init")
    private ConsulInstallation installation;

    @BeforeEach
    void open() {
        installation = Servers.installation();
        servers = Servers.real(1);
        place = new Place(servers.endpoints(), options -> options.sharedKey("billing", PREFIX + "/.lock"));
    }

    @AfterEach
    void close() throws Exception {
        place.close();
        servers.close();
    }

    private RunningCommand consulLock() {
        return ConsulCommand.of(installation, servers.endpoints().get(0))
                .start("lock", PREFIX, "echo locked; exec sleep 60");
    }

    private Election billing(String candidate) {
        ElectionClient client = place.client(candidate);
        return client.election("billing");
    }

    private static Leadership leads(Candidacy candidacy) throws Exception {
        return candidacy.awaitLeadership(Servers.PATIENCE).orElseThrow();
    }

    private void awaitQueued(int entries) {
        Awaitility.await()
                .atMost(Servers.PATIENCE)
                .until(() ->
                        place.outside().below(place.layout().prefix("billing")).size() == entries);
    }

    private GetValue shared() {
        return place.outside().get(PREFIX + "/.lock").orElseThrow();
    }

    @Test
    void shouldFollowConsulLockAndThenEachOther() throws Exception {
        try (RunningCommand stranger = consulLock()) {
            stranger.awaitOut(out -> out.contains("locked"), Servers.PATIENCE);
            Candidacy first = billing("first").campaign();
            awaitQueued(1);
            Candidacy second = billing("second").campaign();
            awaitQueued(2);
            assertThat(billing("onlooker").candidates()).hasSize(3);
            assertThat(first.leadership()).isEmpty();

            stranger.interrupt();

            Leadership one = leads(first);
            assertThat(shared().getFlags()).isEqualTo(SharedKeys.FLAGS);
            first.close();
            Leadership two = leads(second);
            assertThat(two.token().isNewerThan(one.token())).isTrue();
        }
    }

    @Test
    void shouldBeFollowedByConsulLock() throws Exception {
        Candidacy ours = billing("ours").campaign();
        leads(ours);
        try (RunningCommand stranger = consulLock()) {
            Awaitility.await()
                    .during(java.time.Duration.ofSeconds(1))
                    .atMost(Servers.PATIENCE)
                    .until(() -> !stranger.out().contains("locked"));
            ours.close();
            stranger.awaitOut(out -> out.contains("locked"), Servers.PATIENCE);
            List<CandidateInfo> candidates = billing("onlooker").candidates();
            assertThat(candidates).hasSize(1);
            assertThat(candidates.get(0).id().value()).isEqualTo("session " + shared().getSession());
        }
    }

    @Test
    void shouldLoseTheOfficeWithTheSharedKeyAndNotTakeItAgain() throws Exception {
        Candidacy ours = billing("ours").campaign();
        Leadership one = leads(ours);

        place.outside().delete(PREFIX + "/.lock");

        Awaitility.await().atMost(Servers.PATIENCE).until(() -> one.revocation().isPresent());
        assertThat(one.revocation()).contains(RevocationCause.ENTRY_DELETED);
        Leadership two = leads(ours);
        assertThat(two.token().isNewerThan(one.token())).isTrue();
    }

    @Test
    void shouldWaitOutTheLockDelayWhenTheLeadersSessionIsDestroyed() throws Exception {
        Leadership one = leads(billing("first").campaign());
        Candidacy second = billing("second").campaign();
        Awaitility.await()
                .atMost(Servers.PATIENCE)
                .until(() ->
                        place.outside().below(place.layout().prefix("billing")).size() == 2);

        place.outside().destroy(shared().getSession());

        Leadership two = leads(second);
        assertThat(one.isValid()).isFalse();
        assertThat(two.token().isNewerThan(one.token())).isTrue();
    }
}
