package dev.incumbent.election.zookeeper;

import static dev.incumbent.testkit.adapter.Outcomes.PATIENCE;
import static dev.incumbent.testkit.adapter.Outcomes.done;
import static dev.incumbent.testkit.adapter.Outcomes.outcome;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Refusal;
import dev.incumbent.election.spi.Standing;
import dev.incumbent.election.spi.SystemTicker;
import dev.incumbent.embedded.zookeeper.EmbeddedZooKeeper;
import dev.incumbent.embedded.zookeeper.TlsFiles;
import dev.incumbent.embedded.zookeeper.ZooKeeperExtension;
import dev.incumbent.testkit.adapter.Member;
import dev.incumbent.testkit.adapter.SilentSignals;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Credentials and ACLs: who may not is told so instead of being left to wait. */
final class SecurityTest {

    @RegisterExtension
    static final ZooKeeperExtension ZOOKEEPER = ZooKeeperExtension.of(
            EmbeddedZooKeeper.builder().nodes(1).tickTime(Place.TICK).tls(true).saslUser("ann", "a secret"));

    private final EmbeddedZooKeeper server = ZOOKEEPER.get();
    private @Nullable Place place;

    @AfterEach
    void close() throws Exception {
        if (place != null) {
            place.close();
        }
    }

    private Place place(Consumer<ZooKeeperElections.Builder> options) throws Exception {
        Place made = new Place(server, "", options);
        place = made;
        return made;
    }

    private static void assertNotPermitted(Outcome<?> outcome) {
        assertThat(outcome).isInstanceOfSatisfying(Outcome.Refused.class, refused -> assertThat(refused.reason())
                .isEqualTo(Refusal.NOT_PERMITTED));
    }

    private void assertCampaigns(Member first, Member second) {
        Entry head =
                done(first.coordinator().enrol(first.request("secured", "v1"))).entry();
        var behind = second.enrol("secured");
        List<String> heard = new CopyOnWriteArrayList<>();
        String ahead = ((Standing.Behind) behind.standing()).predecessor();
        second.coordinator().follow(behind.entry(), Optional.of(ahead), Member.sink(heard));
        done(first.coordinator().renew(first.grant().id()));
        done(first.coordinator().updatePayload(head, "v2".getBytes(UTF_8)));
        assertThat(done(second.coordinator().list("secured")).get(0).payloadText())
                .isEqualTo("v2");
        done(first.coordinator().withdraw(head));
        Awaitility.await().atMost(PATIENCE).until(() -> heard.contains("predecessorGone"));
    }

    @Test
    void shouldCampaignAmongThoseWhoShareADigest() throws Exception {
        Place shared = place(options ->
                options.authorization("digest", "team:secret".getBytes(UTF_8)).acl(ZooDefs.Ids.CREATOR_ALL_ACL));

        assertCampaigns(
                new Member("a", shared.connect(SystemTicker.INSTANCE)),
                new Member("b", shared.connect(SystemTicker.INSTANCE)));
    }

    @Test
    void shouldSayNotPermittedWhenTheDigestIsMissing() throws Exception {
        Place shared = place(options ->
                options.authorization("digest", "team:secret".getBytes(UTF_8)).acl(ZooDefs.Ids.CREATOR_ALL_ACL));
        Member owner = new Member("owner", shared.connect(SystemTicker.INSTANCE));
        owner.enrol("closed");
        var stranger = shared.coordinator(
                ZooKeeperElections.builder()
                        .connectString(server.connectString())
                        .root(shared.path(""))
                        .tickTime(Place.TICK),
                SystemTicker.INSTANCE);

        assertNotPermitted(outcome(stranger.openSession(new SilentSignals())));
        assertNotPermitted(outcome(stranger.list("closed")));
        assertNotPermitted(outcome(stranger.raiseGeneration(Optional.empty(), 1)));
    }

    @Test
    void shouldSayNotPermittedWhenOnlyEnteringIsForbidden() throws Exception {
        Place shared = place(options -> {});
        Member member = new Member("member", shared.connect(SystemTicker.INSTANCE));
        List<ACL> readOnly = new java.util.ArrayList<>(ZooDefs.Ids.READ_ACL_UNSAFE);
        shared.outside()
                .create(
                        shared.path("/elections/shut"),
                        new byte[0],
                        readOnly,
                        org.apache.zookeeper.CreateMode.PERSISTENT);

        assertNotPermitted(outcome(member.coordinator().enrol(member.request("shut", ""))));

        assertThat(done(member.coordinator().ownEntries(member.grant().id()))).isEmpty();
    }

    @Test
    void shouldFollowAMemberWhoseNodeItMayNotRead() throws Exception {
        Place shared = place(options -> {});
        Member member = new Member("member", shared.connect(SystemTicker.INSTANCE));
        done(member.coordinator().withdraw(member.enrol("hidden").entry()));
        List<ACL> hidden = new java.util.ArrayList<>();
        hidden.add(new ACL(ZooDefs.Perms.ALL, new Id("digest", "nobody:xxx")));
        String foreign = shared.outside()
                .create(
                        shared.path("/elections/hidden/latch-"),
                        new byte[0],
                        hidden,
                        org.apache.zookeeper.CreateMode.EPHEMERAL_SEQUENTIAL);
        var behind = member.enrol("hidden");
        List<String> heard = new CopyOnWriteArrayList<>();
        assertThat(behind.standing()).isEqualTo(new Standing.Behind(foreign, true));
        member.coordinator().follow(behind.entry(), Optional.of(foreign), Member.sink(heard));
        done(member.coordinator().standing(behind.entry()));

        shared.outside().delete(foreign, -1);

        Awaitility.await().atMost(PATIENCE).until(() -> !heard.isEmpty());
        assertThat(heard).containsExactly("predecessorGone");
    }

    @Test
    void shouldCampaignOverTlsWithCertificates() throws Exception {
        List<ACL> certificates = List.of(new ACL(ZooDefs.Perms.ALL, new Id("x509", TlsFiles.CLIENT_PRINCIPAL)));
        Place secure = place(options -> options.connectString(server.secureConnectString())
                .clientConfig(server.tlsClientConfig())
                .acl(certificates));

        assertCampaigns(
                new Member("a", secure.connect(SystemTicker.INSTANCE)),
                new Member("b", secure.connect(SystemTicker.INSTANCE)));
    }

    @Test
    void shouldCampaignWhenLoggedInBySasl() throws Exception {
        List<ACL> annOnly = List.of(new ACL(ZooDefs.Perms.ALL, new Id("sasl", "ann")));
        Place secure = place(
                options -> options.clientConfig(server.saslClientConfig("ann")).acl(annOnly));

        assertCampaigns(
                new Member("a", secure.connect(SystemTicker.INSTANCE)),
                new Member("b", secure.connect(SystemTicker.INSTANCE)));
    }
}
