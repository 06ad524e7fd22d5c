package dev.incumbent.election.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.incumbent.election.CampaignOptions;
import dev.incumbent.election.Candidacy;
import dev.incumbent.election.ElectionClient;
import dev.incumbent.election.ElectionConfig;
import dev.incumbent.election.ElectionException;
import dev.incumbent.election.Leadership;
import dev.incumbent.election.LeadershipListener;
import dev.incumbent.election.RevocationCause;
import dev.incumbent.embedded.zookeeper.ClientLink;
import dev.incumbent.embedded.zookeeper.Direction;
import dev.incumbent.embedded.zookeeper.EmbeddedZooKeeper;
import dev.incumbent.embedded.zookeeper.ZooKeeperExtension;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Through the public API, on three servers: what applications see when servers, links and sessions fail. */
final class ClientTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration TICK = Duration.ofMillis(200);
    private static final ElectionConfig TIMING = ElectionConfig.forTtl(Duration.ofSeconds(3));

    @RegisterExtension
    static final ZooKeeperExtension ZOOKEEPER = ZooKeeperExtension.of(
            EmbeddedZooKeeper.builder().nodes(3).tickTime(TICK).syncLimit(20));

    private final EmbeddedZooKeeper ensemble = ZOOKEEPER.get();
    private final String root = "/client-" + System.nanoTime();
    private final Queue<AutoCloseable> opened = new ConcurrentLinkedQueue<>();

    @AfterEach
    void close() throws Exception {
        ensemble.heal();
        for (AutoCloseable resource : opened) {
            resource.close();
        }
    }

    private ElectionClient client(String name, String connectString) {
        return client(name, connectString, TIMING);
    }

    private ElectionClient client(String name, String connectString, ElectionConfig timing) {
        ElectionClient client = ZooKeeperElections.builder()
                .connectString(connectString)
                .root(root)
                .tickTime(TICK)
                .config(timing)
                .candidateId(name)
                .build();
        opened.add(client);
        return client;
    }

    private ClientLink link(int... nodes) {
        ClientLink link = ensemble.newClientLink(nodes);
        opened.add(link);
        return link;
    }

    private static Leadership leads(Candidacy candidacy) throws Exception {
        return candidacy.awaitLeadership(PATIENCE).orElseThrow();
    }

    /** Notes, at the moment a successor is elected, whether the one before still believed in itself. */
    private static CampaignOptions against(Leadership before, List<Boolean> overlaps) {
        return CampaignOptions.builder()
                .listener(new LeadershipListener() {
                    @Override
                    public void elected(Leadership leadership) {
                        overlaps.add(before.isValid());
                    }
                })
                .build();
    }

    @Test
    void shouldHandOverWhenTheLeaderResigns() throws Exception {
        Candidacy first =
                client("a", ensemble.connectString()).election("billing").campaign();
        Leadership one = leads(first);
        Candidacy second =
                client("b", ensemble.connectString()).election("billing").campaign();
        assertThat(one.isValid()).isTrue();

        first.close();

        Leadership two = leads(second);
        assertThat(one.isValid()).isFalse();
        assertThat(one.revocation()).isPresent();
        assertThat(two.token().isNewerThan(one.token())).isTrue();
    }

    @Test
    void shouldNeverOverlapWhenTheLeadersServerIsCutOffFromItsLeader() throws Exception {
        int follower = ensemble.followers().get(0);
        Candidacy first = client("cut", link(follower).connectString())
                .election("overlap")
                .campaign();
        Leadership one = leads(first);
        List<Boolean> overlaps = new CopyOnWriteArrayList<>();
        Candidacy second = client("next", ensemble.connectString(ensemble.leader()))
                .election("overlap")
                .campaign(against(one, overlaps));
        Awaitility.await().atMost(PATIENCE).until(() -> one.remaining().compareTo(Duration.ofSeconds(1)) > 0);

        ensemble.isolate(follower);

        Leadership two = leads(second);
        Awaitility.await().atMost(PATIENCE).until(() -> !overlaps.isEmpty());
        assertThat(overlaps).containsExactly(false);
        assertThat(two.token().isNewerThan(one.token())).isTrue();
        assertThat(one.isValid()).isFalse();
    }

    @Test
    void shouldNeverOverlapWhenRepliesToTheLeaderAreHeld() throws Exception {
        ClientLink link = link();
        Leadership one =
                leads(client("held", link.connectString()).election("replies").campaign());
        List<Boolean> overlaps = new CopyOnWriteArrayList<>();
        Candidacy second =
                client("next", ensemble.connectString()).election("replies").campaign(against(one, overlaps));

        link.holdReplies();

        leads(second);
        Awaitility.await().atMost(PATIENCE).until(() -> !overlaps.isEmpty());
        assertThat(overlaps).containsExactly(false);
        link.heal();
        assertThat(one.isValid()).isFalse();
    }

    @Test
    void shouldLeadOnTheEntryWhoseReplyWasLost() throws Exception {
        ClientLink link = link();
        ElectionClient client = client("lost", link.connectString());
        client.admin().generation().toCompletableFuture().get();
        Candidacy before = client.election("lost-reply").campaign();
        leads(before);
        before.close();
        link.holdFrom(Direction.TO_CLIENT, frame -> frame.is("multi") && frame.error() == 0);
        Candidacy candidacy = client.election("lost-reply").campaign();
        link.awaitHeld(Direction.TO_CLIENT, frame -> frame.is("multi") && frame.error() == 0, PATIENCE);
        link.cut();
        link.heal();

        Leadership leadership = leads(candidacy);

        assertThat(leadership.isValid()).isTrue();
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> client.election("lost-reply")
                                .candidatesAsync()
                                .toCompletableFuture()
                                .get()
                                .size()
                        == 1);
    }

    @Test
    void shouldStayInOfficeWhenTheZooKeeperLeaderChanges() throws Exception {
        // The servers elect and the client reconnects well within this, on a slow machine too.
        ElectionConfig patient = ElectionConfig.forTtl(Duration.ofSeconds(6));
        Leadership leadership = leads(client("steady", ensemble.connectString(), patient)
                .election("failover")
                .campaign());

        long deadline = System.nanoTime() + leadership.remaining().toNanos();
        ensemble.kill(ensemble.leader());

        // Far enough to see several renewals through the new leader.
        long later = deadline + patient.renewInterval().multipliedBy(2).toNanos();
        Awaitility.await().atMost(PATIENCE).until(() -> {
            long now = System.nanoTime();
            Duration remaining = leadership.remaining();
            return remaining.isZero() || now + remaining.toNanos() - later > 0;
        });
        assertThat(leadership.isValid()).isTrue();
        assertThat(leadership.revocation()).isEmpty();
    }

    @Test
    void shouldReturnWithANewTokenWhenTheSessionExpires() throws Exception {
        ClientLink link = link();
        Candidacy candidacy =
                client("returning", link.connectString()).election("expiry").campaign();
        Leadership one = leads(candidacy);

        link.cut();
        Awaitility.await().atMost(PATIENCE).until(() -> one.revocation().isPresent());
        assertThat(one.revocation()).contains(RevocationCause.EXPIRED);
        assertThat(one.isValid()).isFalse();
        link.heal();

        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> candidacy.leadership().filter(Leadership::isValid).isPresent());
        assertThat(candidacy.leadership().orElseThrow().token().isNewerThan(one.token()))
                .isTrue();
    }

    @Test
    void shouldTellTheCallerWhenEnteringIsNotPermitted() throws Exception {
        var outside = Place.client(ensemble.directConnectString());
        opened.add(outside);
        ElectionClient client = client("refused", ensemble.connectString());
        leads(client.election("permitted").campaign());
        outside.create(
                root + "/elections/shut",
                new byte[0],
                new java.util.ArrayList<>(org.apache.zookeeper.ZooDefs.Ids.READ_ACL_UNSAFE),
                org.apache.zookeeper.CreateMode.PERSISTENT);

        Candidacy candidacy = client.election("shut").campaign();

        assertThatThrownBy(() -> candidacy.awaitLeadership(PATIENCE))
                .isInstanceOf(ElectionException.class)
                .hasMessageContaining("NOAUTH");
    }
}
