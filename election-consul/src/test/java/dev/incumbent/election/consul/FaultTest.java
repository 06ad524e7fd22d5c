package dev.incumbent.election.consul;

import static dev.incumbent.testkit.adapter.Outcomes.PATIENCE;
import static dev.incumbent.testkit.adapter.Outcomes.eventuallyDone;
import static dev.incumbent.testkit.adapter.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.CampaignOptions;
import dev.incumbent.election.Candidacy;
import dev.incumbent.election.ElectionClient;
import dev.incumbent.election.ElectionConfig;
import dev.incumbent.election.Leadership;
import dev.incumbent.election.LeadershipListener;
import dev.incumbent.election.spi.Enrolment;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Standing;
import dev.incumbent.election.spi.SystemTicker;
import dev.incumbent.testkit.adapter.Member;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What applications see when members of a cluster of three die, freeze and come back. */
abstract class FaultTest {

    @SuppressWarnings("NullAway.Init") // set before each test
    private Servers servers;

    @SuppressWarnings("NullAway.Init")
    private Place place;

    private int frozen;

    abstract Servers servers();

    abstract ElectionConfig timing();

    @BeforeEach
    final void open() {
        servers = servers();
        servers.awaitServing();
        place = new Place(servers.endpoints(), timing());
    }

    @AfterEach
    final void close() throws Exception {
        if (frozen > 0) {
            servers.resume(frozen);
        }
        servers.mend();
        place.close();
        done(servers);
    }

    /** What becomes of the servers after a test. */
    void done(Servers used) {}

    private ElectionClient client(String name, List<String> endpoints) {
        return place.client(place.builder(endpoints).candidateId(name));
    }

    private static Leadership leads(Candidacy candidacy) throws Exception {
        return candidacy.awaitLeadership(PATIENCE).orElseThrow();
    }

    private static void pass(Duration time) {
        long until = System.nanoTime() + time.toNanos();
        Awaitility.await().atMost(time.plusSeconds(20)).until(() -> System.nanoTime() - until >= 0);
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

    private static void assertInOffice(Leadership leadership, Duration longerThan) {
        pass(longerThan);
        assertThat(leadership.isValid()).isTrue();
        assertThat(leadership.revocation()).isEmpty();
    }

    /**
     * The sessions are opened through another member: one that was opened through a server ends when the others take that one out
     * of the catalog, on a real Consul about 13 s after it died.
     */
    @Test
    final void shouldStayInOfficeAndHandOverWhenTheLeadingMemberIsKilled() throws Exception {
        int leader = servers.leader();
        List<String> endpoints = servers.endpointsFrom(servers.follower());
        Candidacy first = client("a", endpoints).election("killed").campaign();
        Leadership one = leads(first);
        Candidacy second = client("b", endpoints).election("killed").campaign();

        servers.kill(leader);
        try {
            assertInOffice(one, place.ttl().multipliedBy(2));

            first.close();
            Leadership two = leads(second);
            assertThat(two.token().isNewerThan(one.token())).isTrue();
        } finally {
            servers.restart(leader);
        }
    }

    @Test
    final void shouldStayInOfficeWhenTheAgentOfTheHolderIsKilled() throws Exception {
        int follower = servers.follower();
        Leadership one = leads(
                client("a", servers.endpointsFrom(follower)).election("agent").campaign());

        servers.kill(follower);
        try {
            assertInOffice(one, place.ttl());
        } finally {
            servers.restart(follower);
        }
    }

    @Test
    final void shouldStayInOfficeAndHandOverWhenTheLeadingMemberFreezes() throws Exception {
        int leader = servers.leader();
        Candidacy first = client("a", servers.endpointsFrom(servers.follower()))
                .election("frozen")
                .campaign();
        Leadership one = leads(first);
        Candidacy second =
                client("b", servers.endpointsFrom(leader)).election("frozen").campaign();

        servers.pause(leader);
        frozen = leader;
        assertInOffice(one, place.ttl().multipliedBy(2));

        first.close();
        Leadership two = leads(second);
        assertThat(two.token().isNewerThan(one.token())).isTrue();
    }

    @Test
    final void shouldNeverOverlapWhenTheOnlyMemberOfTheHolderFreezes() throws Exception {
        int follower = servers.follower();
        Leadership one = leads(client("cut", List.of(servers.endpoints().get(follower - 1)))
                .election("overlap")
                .campaign());
        List<Boolean> overlaps = new CopyOnWriteArrayList<>();
        Candidacy second = client("next", servers.endpointsFrom(servers.leader()))
                .election("overlap")
                .campaign(against(one, overlaps));

        servers.pause(follower);
        frozen = follower;

        Leadership two = leads(second);
        Awaitility.await().atMost(PATIENCE).until(() -> !overlaps.isEmpty());
        assertThat(overlaps).containsExactly(false);
        assertThat(two.token().isNewerThan(one.token())).isTrue();
    }

    /** The leading member of a minority believes in itself for a while, and keeps alive whoever asks it alone. */
    @Test
    final void shouldNeverOverlapWhenTheLeadingMemberIsCutOffTogetherWithTheHolder() throws Exception {
        int alone = servers.leader();
        List<String> others = new ArrayList<>(servers.endpoints());
        String minority = others.remove(alone - 1);
        Candidacy first = client("minority", List.of(minority)).election("cut").campaign();
        Leadership one = leads(first);
        List<Boolean> overlaps = new CopyOnWriteArrayList<>();
        Candidacy second = client("majority", others).election("cut").campaign(against(one, overlaps));
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> place.outside().below(place.layout().prefix("cut")).size() == 2);

        servers.cutOff(alone);

        Leadership two = leads(second);
        Awaitility.await().atMost(PATIENCE).until(() -> !overlaps.isEmpty());
        assertThat(overlaps).containsExactly(false);
        assertThat(one.revocation()).isPresent();
        assertThat(two.token().isNewerThan(one.token())).isTrue();

        servers.mend();
        second.close();
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> first.leadership().filter(Leadership::isValid).isPresent());
        assertThat(first.leadership().orElseThrow().token().isNewerThan(two.token()))
                .isTrue();
    }

    @Test
    final void shouldKeepTheQueueWhenTheQuorumIsLostAndComesBack() {
        Member first = new Member("first", place.connect(SystemTicker.INSTANCE));
        Member second = new Member("second", place.connect(SystemTicker.INSTANCE));
        Enrolment head = first.enrol("quorum");
        Enrolment behind = second.enrol("quorum");
        List<String> heard = new CopyOnWriteArrayList<>();
        second.follow(behind, heard);
        int leader = servers.leader();
        List<Integer> killed = List.of(leader, leader == 3 ? 2 : 3);

        killed.forEach(servers::kill);
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> outcome(first.coordinator().renew(first.grant().id())) instanceof Outcome.Unavailable);
        // A leader that comes new gives every session its whole time again, so the queue outlasts the loss.
        pass(place.ttl());
        killed.forEach(servers::restart);
        servers.awaitServing();

        assertThat(heard)
                .as("polls go on by themselves, for nothing was missed")
                .isEmpty();
        assertThat(eventuallyDone(() -> first.coordinator().standing(head.entry())))
                .isEqualTo(new Standing.Head());
        assertThat(eventuallyDone(() -> second.coordinator().standing(behind.entry())))
                .isEqualTo(behind.standing());
        assertThat(first.renew()
                        .countedFrom()
                        .nanosSince(first.grant().renewal().countedFrom()))
                .isPositive();
    }

    @Test
    final void shouldLeadAgainWithANewerTokenWhenAllMembersWereRestarted() throws Exception {
        Candidacy candidacy =
                client("a", servers.endpoints()).election("restarted").campaign();
        Leadership before = leads(candidacy);

        List.of(1, 2, 3).forEach(servers::kill);
        Awaitility.await().atMost(PATIENCE).until(() -> !before.isValid());
        List.of(1, 2, 3).forEach(servers::restart);
        servers.awaitServing();

        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> candidacy.leadership().filter(Leadership::isValid).isPresent());
        Leadership after = candidacy.leadership().orElseThrow();
        assertThat(after.token().isNewerThan(before.token()) || after.token().equals(before.token()))
                .as("%s after %s", after.token(), before.token())
                .isTrue();
        assertThat(after.equals(before) || after.token().isNewerThan(before.token()))
                .as("a leadership that ended is never taken up again")
                .isTrue();
    }
}
