package dev.incumbent.election.etcd;

import static dev.incumbent.testkit.adapter.Outcomes.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.incumbent.election.CampaignOptions;
import dev.incumbent.election.Candidacy;
import dev.incumbent.election.ElectionClient;
import dev.incumbent.election.Leadership;
import dev.incumbent.realservers.EtcdInstallation;
import dev.incumbent.realservers.Etcdctl;
import dev.incumbent.realservers.RealEtcd;
import dev.incumbent.realservers.RunningCommand;
import io.etcd.jetcd.api.KeyValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code etcdctl elect} and ours in one election: who came first leads, and each sees the other. */
final class EtcdctlInteropTest {

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static Servers servers;

    private final String path = "interop-" + System.nanoTime();
    private final List<AutoCloseable> opened = new ArrayList<>();

    @BeforeAll
    static void start() {
        assumeTrue(RealEtcd.newest().isPresent(), () -> "needs etcdctl: " + RealEtcd.why());
        servers = Servers.embedded(1);
    }

    @AfterAll
    static void stop() {
        if (RealEtcd.newest().isPresent()) {
            servers.close();
        }
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable resource : opened) {
            resource.close();
        }
    }

    private static Etcdctl etcdctl() {
        Optional<EtcdInstallation> newest = RealEtcd.newest();
        return Etcdctl.of(newest.orElseThrow(), servers.endpoints());
    }

    private RunningCommand etcdctlElect(String... arguments) {
        List<String> command = new ArrayList<>(List.of("elect"));
        command.addAll(List.of(arguments));
        RunningCommand running = etcdctl().start(command.toArray(String[]::new));
        opened.add(running);
        return running;
    }

    private ElectionClient client(String name) {
        ElectionClient client = EtcdElections.builder()
                .endpoints(servers.endpoints().toArray(String[]::new))
                .root("/" + path + "-ours")
                .nativePath("mixed", path)
                .config(Place.TIMING)
                .candidateId(name)
                .build();
        opened.add(client);
        return client;
    }

    private List<KeyValue> queue() {
        try (Outside outside = new Outside(servers.endpoints().get(0))) {
            return outside.below(path + "/");
        }
    }

    private void awaitQueued(int members) {
        Awaitility.await().atMost(PATIENCE).until(() -> queue().size() == members);
    }

    @Test
    void shouldLeadAfterEtcdctlWhenItCameFirst() throws Exception {
        RunningCommand theirs = etcdctlElect(path, "theirs");
        awaitQueued(1);
        ElectionClient client = client("ours");
        Candidacy ours = client.election("mixed").campaign();
        awaitQueued(2);
        assertThat(ours.leadership()).isEmpty();
        assertThat(client.election("mixed").leader().orElseThrow().id().value()).isEqualTo("theirs");

        KeyValue before = queue().get(0);

        // It resigns when it is interrupted.
        theirs.interrupt();

        Leadership leadership = ours.awaitLeadership(PATIENCE).orElseThrow();
        assertThat(leadership.token().epoch()).isGreaterThan(before.getCreateRevision());
    }

    @Test
    void shouldLetEtcdctlLeadAfterOursAndShowItOurPayload() throws Exception {
        ElectionClient client = client("ours");
        Candidacy ours = client.election("mixed")
                .campaign(CampaignOptions.builder().payload("published").build());
        assertThat(ours.awaitLeadership(PATIENCE)).isPresent();
        RunningCommand onlooker = etcdctlElect("-l", path);
        Awaitility.await().atMost(PATIENCE).until(() -> onlooker.out().contains("published"));
        RunningCommand theirs = etcdctlElect(path, "theirs");
        awaitQueued(2);
        assertThat(theirs.out()).doesNotContain("theirs");

        ours.close();

        Awaitility.await().atMost(PATIENCE).until(() -> theirs.out().contains("theirs"));
        Awaitility.await().atMost(PATIENCE).until(() -> onlooker.out().contains("theirs"));
        assertThat(client.election("mixed").leader().orElseThrow().id().value()).isEqualTo("theirs");
    }

    @Test
    void shouldShowEtcdctlAllElectionsUnderTheirEncodedNames() throws Exception {
        ElectionClient client = client("reader");
        Candidacy encoded = client.election("billing/settlement").campaign();
        assertThat(encoded.awaitLeadership(PATIENCE)).isPresent();

        String keys = etcdctl()
                .run("get", "--prefix", "--keys-only", "/" + path + "-ours/elections/")
                .output();

        assertThat(keys).contains("/elections/billing%2Fsettlement/");
    }
}
