package dev.incumbent.election.etcd;

import static dev.incumbent.testkit.adapter.Outcomes.PATIENCE;
import static dev.incumbent.testkit.adapter.Outcomes.done;
import static dev.incumbent.testkit.adapter.Outcomes.outcome;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.ElectionConfigException;
import dev.incumbent.election.spi.Coordinator;
import dev.incumbent.election.spi.Enrolment;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Refusal;
import dev.incumbent.election.spi.Standing;
import dev.incumbent.election.spi.SystemTicker;
import dev.incumbent.embedded.etcd.EmbeddedEtcd;
import dev.incumbent.realservers.TlsFiles;
import dev.incumbent.testkit.adapter.Member;
import dev.incumbent.testkit.adapter.Outcomes;
import dev.incumbent.testkit.adapter.SilentSignals;
import io.etcd.jetcd.api.AuthEnableRequest;
import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthRoleAddRequest;
import io.etcd.jetcd.api.AuthRoleGrantPermissionRequest;
import io.etcd.jetcd.api.AuthUserAddRequest;
import io.etcd.jetcd.api.AuthUserGrantRoleRequest;
import io.etcd.jetcd.api.Permission;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Users, roles, tokens that lapse, and TLS. */
final class SecurityTest {

    private static final String ROOT = "/secured";

    private final List<Coordinator> opened = new ArrayList<>();

    @AfterEach
    void close() {
        opened.forEach(Coordinator::close);
    }

    private Coordinator connect(List<String> endpoints, Consumer<EtcdElections.Builder> options) {
        EtcdElections.Builder builder = EtcdElections.builder()
                .endpoints(endpoints.toArray(String[]::new))
                .root(ROOT)
                .config(Place.TIMING);
        options.accept(builder);
        Coordinator coordinator = builder.coordinator(Place.TIMING, SystemTicker.INSTANCE);
        opened.add(coordinator);
        return coordinator;
    }

    /**
     * Users root, ann with the whole root of elections, ben with another place, and cat with the generation and with the
     * elections whose names begin with "narrow".
     */
    private static void enableUsers(String endpoint) {
        URI uri = URI.create(endpoint);
        ManagedChannel channel = NettyChannelBuilder.forAddress(uri.getHost(), uri.getPort())
                .usePlaintext()
                .build();
        try {
            AuthGrpc.AuthBlockingStub auth = AuthGrpc.newBlockingStub(channel).withWaitForReady();
            addUser(auth, "root", "root", "/");
            addUser(auth, "ann", "team", ROOT + "/");
            addUser(auth, "ben", "others", "/elsewhere/");
            addUser(auth, "cat", "narrow", ROOT + "/generation");
            grant(auth, "narrow", ROOT + "/elections/narrow", ROOT + "/elections/narrox");
            auth.authEnable(AuthEnableRequest.getDefaultInstance());
        } finally {
            channel.shutdownNow();
        }
    }

    private static void addUser(AuthGrpc.AuthBlockingStub auth, String user, String role, String prefix) {
        auth.userAdd(AuthUserAddRequest.newBuilder()
                .setName(user)
                .setPassword("secret of " + user)
                .build());
        auth.roleAdd(AuthRoleAddRequest.newBuilder().setName(role).build());
        grant(auth, role, prefix, prefix.endsWith("/") ? Layout.endOf(prefix) : "");
        auth.userGrantRole(AuthUserGrantRoleRequest.newBuilder()
                .setUser(user)
                .setRole(role)
                .build());
    }

    private static void grant(AuthGrpc.AuthBlockingStub auth, String role, String from, String end) {
        auth.roleGrantPermission(AuthRoleGrantPermissionRequest.newBuilder()
                .setName(role)
                .setPerm(Permission.newBuilder()
                        .setPermType(Permission.Type.READWRITE)
                        .setKey(Layout.key(from))
                        .setRangeEnd(Layout.key(end)))
                .build());
    }

    private static void assertCampaigns(Member first, Member second) {
        Entry head =
                done(first.coordinator().enrol(first.request("secured", "v1"))).entry();
        Enrolment behind = second.enrol("secured");
        List<String> heard = new CopyOnWriteArrayList<>();
        second.follow(behind, heard);
        done(first.coordinator().renew(first.grant().id()));
        done(first.coordinator().updatePayload(head, "v2".getBytes(UTF_8)));
        assertThat(done(second.coordinator().list("secured")).get(0).payloadText())
                .isEqualTo("v2");
        done(first.coordinator().withdraw(head));
        Member.await(heard, "predecessorGone");
    }

    private static void assertNotPermitted(Outcome<?> outcome) {
        assertThat(outcome).isInstanceOfSatisfying(Outcome.Refused.class, refused -> assertThat(refused.reason())
                .isEqualTo(Refusal.NOT_PERMITTED));
    }

    @Test
    void shouldCampaignAsAUserAndGetANewTokenWhenTheOldOneLapsed() {
        try (EmbeddedEtcd etcd =
                EmbeddedEtcd.builder().nodes(1).tokenTtl(Duration.ofMillis(300)).start()) {
            enableUsers(etcd.endpoint(1));
            Tap tap = new Tap();
            Consumer<EtcdElections.Builder> ann = options -> options.credentials("ann", "secret of ann");
            Member first = new Member("a", connect(etcd.endpoints(), ann.andThen(options -> options.interceptor(tap))));
            Member second = new Member("b", connect(etcd.endpoints(), ann));
            assertCampaigns(first, second);
            int logins = tap.opened().getOrDefault("Authenticate", 0);
            assertThat(logins).as("calls that wait for a token share one login").isBetween(1, 3);

            // Tokens live as long as they are used; this one lapses between two probes of the watch stream.
            long until = System.nanoTime() + Duration.ofMillis(2500).toNanos();
            org.awaitility.Awaitility.await().atMost(PATIENCE).until(() -> System.nanoTime() - until >= 0);
            first.renew();
            List<Enrolment> entered = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                entered.add(first.enrol("lapsed-" + i));
            }

            assertThat(entered).hasSize(5);
            assertThat(tap.opened().getOrDefault("Authenticate", 0))
                    .isGreaterThan(logins)
                    .isLessThanOrEqualTo(logins + 9);
        }
    }

    @Test
    void shouldSayNotPermittedWhenUserOrRightsAreMissing() {
        try (EmbeddedEtcd etcd = EmbeddedEtcd.builder().nodes(1).start()) {
            enableUsers(etcd.endpoint(1));
            Coordinator nobody = connect(etcd.endpoints(), options -> {});
            Coordinator wrong = connect(etcd.endpoints(), options -> options.credentials("ann", "wrong"));
            Coordinator ben = connect(etcd.endpoints(), options -> options.credentials("ben", "secret of ben"));

            assertNotPermitted(outcome(nobody.list("secured")));
            assertNotPermitted(outcome(wrong.openSession(new SilentSignals())));
            assertNotPermitted(outcome(ben.openSession(new SilentSignals())));
            assertNotPermitted(outcome(ben.list("secured")));
        }
    }

    /** One who may watch its elections but not the range that holds them, and who stands in as many as ask for the range. */
    private void assertFollowsWithoutTheRange(List<String> endpoints, EtcdFollowing mode) {
        enableUsers(endpoints.get(0));
        Consumer<EtcdElections.Builder> cat =
                options -> options.credentials("cat", "secret of cat").following(mode);
        Member ahead = new Member("ahead", connect(endpoints, cat));
        Member behind = new Member("behind", connect(endpoints, cat));
        List<Entry> heads = new ArrayList<>();
        List<List<String>> reports = new ArrayList<>();
        List<Enrolment> waiting = new ArrayList<>();
        for (int i = 0; i <= Follows.MANY; i++) {
            heads.add(ahead.enrol("narrow-" + i).entry());
            waiting.add(behind.enrol("narrow-" + i));
            reports.add(new CopyOnWriteArrayList<>());
            behind.follow(waiting.get(i), reports.get(i));
            // A busy machine takes longer for all of them than a lease lives.
            ahead.renew();
            behind.renew();
        }

        // As the core does: whoever was broken looks again and follows again.
        for (int i = 0; i < heads.size(); i++) {
            done(ahead.coordinator().withdraw(heads.get(i)));
        }
        for (int i = 0; i < heads.size(); i++) {
            List<String> heard = reports.get(i);
            org.awaitility.Awaitility.await().atMost(PATIENCE).until(() -> !heard.isEmpty());
            ahead.renew();
            behind.renew();
            Entry own = waiting.get(i).entry();
            if (heard.contains("broken")) {
                assertThat(behind.standing(own)).isEqualTo(new Standing.Head());
                behind.coordinator().follow(own, java.util.Optional.empty(), Member.sink(heard));
            }
        }
        Entry next = done(ahead.coordinator().enrol(ahead.request("narrow-next", "")))
                .entry();
        Enrolment heir = behind.enrol("narrow-next");
        List<String> heard = new CopyOnWriteArrayList<>();
        behind.follow(heir, heard);
        done(ahead.coordinator().withdraw(next));
        Member.await(heard, "predecessorGone");
        assertThat(heard).doesNotContain("broken");
    }

    @ParameterizedTest
    @EnumSource(names = {"AUTO", "RANGE"})
    void shouldFollowEachEntryAloneWhenTheRangeIsNotPermitted(EtcdFollowing mode) {
        try (Servers servers = Servers.embedded(1)) {
            assertFollowsWithoutTheRange(servers.endpoints(), mode);
        }
    }

    @Tag("full")
    @ParameterizedTest
    @CsvSource({"3.4,AUTO", "3.4,RANGE", "3.5,AUTO", "3.5,RANGE"})
    void shouldFollowEachEntryAloneWhenARealServerDoesNotPermitTheRange(String series, EtcdFollowing mode) {
        try (Servers servers = Servers.real(series, 1)) {
            assertFollowsWithoutTheRange(servers.endpoints(), mode);
        }
    }

    @Test
    void shouldLetTheOthersInWhenOneOfManyIsNotPermitted() {
        try (EmbeddedEtcd etcd = EmbeddedEtcd.builder().nodes(1).start()) {
            enableUsers(etcd.endpoint(1));
            Member ann =
                    new Member("ann", connect(etcd.endpoints(), options -> options.credentials("ann", "secret of ann")
                            .nativePath("shut", "/shut")));
            var refused = ann.coordinator().enrol(ann.request("shut", ""));
            var entered = new ArrayList<java.util.concurrent.CompletionStage<Outcome<Enrolment>>>();
            for (int i = 0; i < 50; i++) {
                entered.add(ann.coordinator().enrol(ann.request("open-" + i, "")));
                if (i == 20) {
                    refused = ann.coordinator().enrol(ann.request("shut", ""));
                }
            }

            assertNotPermitted(outcome(refused));
            entered.forEach(Outcomes::done);
        }
    }

    @Test
    void shouldCampaignOverTlsWithCertificatesOfBothSides() throws Exception {
        TlsFiles files = TlsFiles.create("incumbent-test");
        try (EmbeddedEtcd etcd = EmbeddedEtcd.builder()
                .nodes(1)
                .tls(files.serverCertificate(), files.serverKey())
                .clientAuth(files.ca())
                .start()) {
            Consumer<EtcdElections.Builder> both = options ->
                    options.trust(files.ca()).clientCertificate(files.clientCertificate(), files.clientKey());
            assertCampaigns(
                    new Member("a", connect(etcd.endpoints(), both)), new Member("b", connect(etcd.endpoints(), both)));

            Coordinator stranger = connect(etcd.endpoints(), options -> options.trust(files.ca()));
            assertThat(outcome(stranger.list("secured"))).isInstanceOf(Outcome.Unavailable.class);
            Coordinator mistrusting = connect(etcd.endpoints(), options -> {});
            assertThat(outcome(mistrusting.list("secured"))).isInstanceOf(Outcome.Unavailable.class);
        } finally {
            files.delete();
        }
    }

    @Test
    void shouldRefuseToSendInTheClearWhenTlsIsConfigured() {
        EtcdElections.Builder builder =
                EtcdElections.builder().endpoints("http://127.0.0.1:2379").trust(java.nio.file.Path.of("nowhere.pem"));

        org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> builder.coordinator(Place.TIMING, SystemTicker.INSTANCE))
                .isInstanceOf(ElectionConfigException.class)
                .hasMessageContaining("http");
    }
}
