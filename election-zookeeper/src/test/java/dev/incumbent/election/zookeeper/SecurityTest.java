package dev.incumbent.election.zookeeper;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Refusal;
import dev.incumbent.election.spi.Standing;
import dev.incumbent.embedded.zookeeper.EmbeddedZooKeeper;
import dev.incumbent.embedded.zookeeper.TlsFiles;
import dev.incumbent.embedded.zookeeper.ZooKeeperExtension;
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
        Entry head = Member.done(first.coordinator.enrol(first.request("secured", "v1")))
                .entry();
        var behind = second.enrol("secured");
        List<String> heard = new CopyOnWriteArrayList<>();
        String ahead = ((Standing.Behind) behind.standing()).predecessor();
        second.coordinator.follow(behind.entry(), Optional.of(ahead), second.sink(heard));
        Member.done(first.coordinator.renew(first.grant.id()));
        Member.done(first.coordinator.updatePayload(head, "v2".getBytes(UTF_8)));
        assertThat(Member.done(second.coordinator.list("secured")).get(0).payloadText())
                .isEqualTo("v2");
        Member.done(first.coordinator.withdraw(head));
        Awaitility.await().atMost(Member.PATIENCE).until(() -> heard.contains("predecessorGone"));
    }

    @Test
    void shouldCampaignAmongThoseWhoShareADigest() throws Exception {
        Place shared = place(options ->
                options.authorization("digest", "team:secret".getBytes(UTF_8)).acl(ZooDefs.Ids.CREATOR_ALL_ACL));

        assertCampaigns(new Member("a", shared.connect(Member.CLOCK)), new Member("b", shared.connect(Member.CLOCK)));
    }

    @Test
    void shouldSayNotPermittedWhenTheDigestIsMissing() throws Exception {
        Place shared = place(options ->
                options.authorization("digest", "team:secret".getBytes(UTF_8)).acl(ZooDefs.Ids.CREATOR_ALL_ACL));
        Member owner = new Member("owner", shared.connect(Member.CLOCK));
        owner.enrol("closed");
        var stranger = shared.coordinator(
                ZooKeeperElections.builder()
                        .connectString(server.connectString())
                        .root(shared.path(""))
                        .tickTime(Place.TICK),
                Member.CLOCK);

        assertNotPermitted(Member.outcome(stranger.openSession(new SilentSignals())));
        assertNotPermitted(Member.outcome(stranger.list("closed")));
        assertNotPermitted(Member.outcome(stranger.raiseGeneration(Optional.empty(), 1)));
    }

    @Test
    void shouldSayNotPermittedWhenOnlyEnteringIsForbidden() throws Exception {
        Place shared = place(options -> {});
        Member member = new Member("member", shared.connect(Member.CLOCK));
        List<ACL> readOnly = new java.util.ArrayList<>(ZooDefs.Ids.READ_ACL_UNSAFE);
        shared.outside()
                .create(
                        shared.path("/elections/shut"),
                        new byte[0],
                        readOnly,
                        org.apache.zookeeper.CreateMode.PERSISTENT);

        assertNotPermitted(Member.outcome(member.coordinator.enrol(member.request("shut", ""))));

        assertThat(Member.done(member.coordinator.ownEntries(member.grant.id())))
                .isEmpty();
    }

    @Test
    void shouldFollowAMemberWhoseNodeItMayNotRead() throws Exception {
        Place shared = place(options -> {});
        Member member = new Member("member", shared.connect(Member.CLOCK));
        Member.done(member.coordinator.withdraw(member.enrol("hidden").entry()));
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
        member.coordinator.follow(behind.entry(), Optional.of(foreign), member.sink(heard));
        Member.done(member.coordinator.standing(behind.entry()));

        shared.outside().delete(foreign, -1);

        Awaitility.await().atMost(Member.PATIENCE).until(() -> !heard.isEmpty());
        assertThat(heard).containsExactly("predecessorGone");
    }

    @Test
    void shouldCampaignOverTlsWithCertificates() throws Exception {
        List<ACL> certificates = List.of(new ACL(ZooDefs.Perms.ALL, new Id("x509", TlsFiles.CLIENT_PRINCIPAL)));
        Place secure = place(options -> options.connectString(server.secureConnectString())
                .clientConfig(server.tlsClientConfig())
                .acl(certificates));

        assertCampaigns(new Member("a", secure.connect(Member.CLOCK)), new Member("b", secure.connect(Member.CLOCK)));
    }

    @Test
    void shouldCampaignWhenLoggedInBySasl() throws Exception {
        List<ACL> annOnly = List.of(new ACL(ZooDefs.Perms.ALL, new Id("sasl", "ann")));
        Place secure = place(
                options -> options.clientConfig(server.saslClientConfig("ann")).acl(annOnly));

        assertCampaigns(new Member("a", secure.connect(Member.CLOCK)), new Member("b", secure.connect(Member.CLOCK)));
    }
}
