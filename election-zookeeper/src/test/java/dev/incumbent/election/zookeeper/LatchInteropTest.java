package dev.incumbent.election.zookeeper;

import static dev.incumbent.testkit.adapter.Outcomes.PATIENCE;
import static dev.incumbent.testkit.adapter.Outcomes.done;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.CandidateInfo;
import dev.incumbent.election.spi.Enrolment;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.Standing;
import dev.incumbent.election.spi.SystemTicker;
import dev.incumbent.embedded.zookeeper.EmbeddedZooKeeper;
import dev.incumbent.testkit.adapter.Member;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.leader.Participant;
import org.apache.curator.retry.RetryOneTime;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Curator's LeaderLatch and ours in one election. */
final class LatchInteropTest {

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static EmbeddedZooKeeper server;

    @SuppressWarnings("NullAway.Init") // set before each test
    private Place place;

    @SuppressWarnings("NullAway.Init")
    private CuratorFramework curator;

    private String path = "";

    @BeforeAll
    static void start() {
        server = Place.server(1);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void open() throws Exception {
        path = "/legacy/latch-" + System.nanoTime();
        place = new Place(server, "", options -> options.nativePath("mixed", path));
        curator = CuratorFrameworkFactory.newClient(server.connectString(), 10_000, 10_000, new RetryOneTime(100));
        curator.start();
    }

    @AfterEach
    void close() throws Exception {
        curator.close();
        place.close();
    }

    private Member member(String name) {
        return new Member(name, place.connect(SystemTicker.INSTANCE));
    }

    @Test
    void shouldWaitForALatchThatCameFirst() throws Exception {
        Member ours = member("ours");
        List<String> heard = new CopyOnWriteArrayList<>();
        LeaderLatch latch = new LeaderLatch(curator, path, "theirs");
        latch.start();
        assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();

        Enrolment enrolment = ours.enrol("mixed");
        assertThat(enrolment.standing()).isInstanceOf(Standing.Behind.class);
        String ahead = ((Standing.Behind) enrolment.standing()).predecessor();
        ours.coordinator().follow(enrolment.entry(), Optional.of(ahead), Member.sink(heard));
        assertThat(latch.getParticipants()).extracting(Participant::getId).containsExactly("theirs", "ours");
        List<CandidateInfo> queue = done(ours.coordinator().list("mixed"));
        assertThat(queue).extracting(info -> info.id().value()).containsExactly("theirs", "ours");
        assertThat(queue.get(1).token().isNewerThan(queue.get(0).token())).isTrue();

        latch.close();

        Awaitility.await().atMost(PATIENCE).until(() -> heard.contains("predecessorGone"));
        assertThat(done(ours.coordinator().standing(enrolment.entry()))).isEqualTo(new Standing.Head());
    }

    @Test
    void shouldLetALatchInThatCameSecondWhateverThePayloadDoes() throws Exception {
        Member ours = member("ours");
        Entry first =
                done(ours.coordinator().enrol(ours.request("mixed", "v1"))).entry();
        try (LeaderLatch latch = new LeaderLatch(curator, path, "theirs")) {
            latch.start();
            Awaitility.await()
                    .atMost(PATIENCE)
                    .until(() -> latch.getParticipants().size() == 2);
            for (int i = 2; i < 6; i++) {
                done(ours.coordinator().updatePayload(first, ("v" + i).getBytes(UTF_8)));
            }
            assertThat(latch.hasLeadership()).isFalse();
            assertThat(latch.getLeader().getId()).isEqualTo("ours");

            done(ours.coordinator().withdraw(first));

            assertThat(latch.await(5, TimeUnit.SECONDS))
                    .as("the latch heard of the release")
                    .isTrue();
        }
    }

    @Test
    void shouldLeaveALatchDeafWhenAPayloadIsWrittenIntoTheEntry() throws Exception {
        // Why the payload lies beside the entry: this is what happens otherwise.
        Member ours = member("ours");
        Entry first = ours.enrol("mixed").entry();
        try (LeaderLatch latch = new LeaderLatch(curator, path, "theirs")) {
            latch.start();
            Awaitility.await()
                    .atMost(PATIENCE)
                    .until(() -> latch.getParticipants().size() == 2);
            Awaitility.await().atMost(PATIENCE).until(() -> {
                // Until its watch is armed, a change goes unnoticed and proves nothing.
                place.outside().setData(first.key(), "changed".getBytes(UTF_8), -1);
                return place.outside().exists(first.key(), false).getVersion() > 20;
            });

            done(ours.coordinator().withdraw(first));

            assertThat(latch.await(Duration.ofSeconds(2).toMillis(), TimeUnit.MILLISECONDS))
                    .isFalse();
        }
    }

    @Test
    void shouldListAndSweepOwnEntriesOnANativePathAndNobodyElses() throws Exception {
        Member ours = member("ours");
        try (LeaderLatch latch = new LeaderLatch(curator, path, "theirs")) {
            latch.start();
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
            Entry own = ours.enrol("mixed").entry();

            assertThat(done(ours.coordinator().ownEntries(ours.grant().id()))).containsExactly(own);
        }
    }
}
