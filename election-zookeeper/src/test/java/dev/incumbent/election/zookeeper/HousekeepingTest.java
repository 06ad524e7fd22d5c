package dev.incumbent.election.zookeeper;

import static dev.incumbent.testkit.adapter.Outcomes.PATIENCE;
import static dev.incumbent.testkit.adapter.Outcomes.done;
import static dev.incumbent.testkit.adapter.Outcomes.outcome;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.CandidateId;
import dev.incumbent.election.Generation;
import dev.incumbent.election.spi.EnrolRequest;
import dev.incumbent.election.spi.Enrolment;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Refusal;
import dev.incumbent.election.spi.Standing;
import dev.incumbent.election.spi.SystemTicker;
import dev.incumbent.embedded.zookeeper.EmbeddedZooKeeper;
import dev.incumbent.testkit.adapter.Member;
import dev.incumbent.testkit.adapter.SilentSignals;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.api.ACLProvider;
import org.apache.curator.retry.RetryOneTime;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Stat;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Counters near their end, records that others touched, what is left behind, and in what order things are removed. */
final class HousekeepingTest {

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static EmbeddedZooKeeper server;

    @SuppressWarnings("NullAway.Init") // set before each test
    private Place place;

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
        place = new Place(server);
    }

    @AfterEach
    void close() throws Exception {
        place.close();
    }

    private Member member(String name) {
        return new Member(name, place.connect(SystemTicker.INSTANCE));
    }

    private void make(String path, String text) throws Exception {
        place.outside()
                .create(place.path(path), text.getBytes(UTF_8), ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
    }

    @Test
    void shouldOrderByTransactionWhenSequenceNumbersAreEqual() throws Exception {
        Member member = member("late");
        done(member.coordinator().withdraw(member.enrol("stuck").entry()));
        String later = NodeName.prefix(new UUID(0, 1)) + "2147483647";
        String earlier = NodeName.prefix(new UUID(9, 9)) + "2147483647";
        make("/elections/stuck/" + earlier, "earlier");
        make("/elections/stuck/" + later, "later");

        assertThat(done(member.coordinator().list("stuck")))
                .extracting(info -> info.id().value())
                .containsExactly("earlier", "later");
    }

    @Test
    void shouldRefuseAndLeaveNothingWhenTheCounterIsNearItsEnd() throws Exception {
        Link link =
                new OwnLink(server.connectString(), Place.TIMING.leaseTtl(), List.of(), null, SystemTicker.INSTANCE);
        Ground ground = new Ground(new Layout(place.path(""), Map.of()), new AclForAll());
        Sessions sessions = new Sessions(link, ground, new Timings(Place.TIMING, Place.TICK), SystemTicker.INSTANCE);
        int lastUsable = 2;
        Entries entries = new Entries(link, ground, sessions, new Views(ground), lastUsable);
        link.start(sessions);
        try {
            var grant = done(sessions.open(new SilentSignals()));
            for (int i = 0; i < 4; i++) {
                EnrolRequest request = new EnrolRequest(
                        "counted",
                        grant.id(),
                        UUID.randomUUID(),
                        new CandidateId("candidate-" + i),
                        "payload".getBytes(UTF_8),
                        grant.generation());
                Outcome<Enrolment> outcome = outcome(entries.enrol(request));
                if (i < lastUsable) {
                    assertThat(outcome).isInstanceOf(Outcome.Done.class);
                } else {
                    assertThat(outcome)
                            .isInstanceOfSatisfying(Outcome.Refused.class, refused -> assertThat(refused.reason())
                                    .isEqualTo(Refusal.EXHAUSTED));
                }
            }
            assertThat(place.outside().getChildren(place.path("/elections/counted"), false))
                    .hasSize(lastUsable);
            assertThat(place.outside().getChildren(place.path("/payloads"), false))
                    .hasSize(lastUsable);
        } finally {
            link.close();
        }
    }

    private record AclForAll() implements ACLProvider {
        @Override
        public List<ACL> getDefaultAcl() {
            return ZooDefs.Ids.OPEN_ACL_UNSAFE;
        }

        @Override
        public List<ACL> getAclForPath(String path) {
            return getDefaultAcl();
        }
    }

    @Test
    void shouldGrantTheSameSessionWhenAskedAgain() {
        Member member = member("twice");
        Entry own = member.enrol("twice").entry();

        var again = done(member.coordinator().openSession(new SilentSignals()));

        assertThat(again.id()).isEqualTo(member.grant().id());
        assertThat(done(member.coordinator().ownEntries(again.id()))).containsExactly(own);
    }

    @Test
    void shouldKeepTheOperatorsWordWhenTheGenerationIsMalformed() throws Exception {
        member("first");
        place.outside().setData(place.path("/generation"), "nonsense".getBytes(UTF_8), -1);
        var late = place.connect(SystemTicker.INSTANCE);

        Outcome<?> outcome = outcome(late.openSession(new SilentSignals()));

        assertThat(outcome).isInstanceOfSatisfying(Outcome.Refused.class, refused -> {
            assertThat(refused.reason()).isEqualTo(Refusal.INVALID);
            assertThat(refused.message()).contains("/generation").contains("authority=");
        });
    }

    @Test
    void shouldTellOfAGenerationThatWasWrittenByHand() throws Exception {
        Member member = member("follower");
        Generation raised = new Generation(member.grant().generation().authority(), 77);

        place.outside().setData(place.path("/generation"), GenerationRecord.format(raised), -1);

        member.await("generation 77");
        assertThat(outcome(member.coordinator().enrol(member.request("stale", ""))))
                .isInstanceOfSatisfying(Outcome.Refused.class, refused -> assertThat(refused.reason())
                        .isEqualTo(Refusal.GENERATION_CHANGED));
    }

    @Test
    void shouldRemoveWaitersBeforeThoseTheyWaitForWhenTheGenerationIsRaised() throws Exception {
        List<Entry> queue = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            queue.add(member("candidate-" + i).enrol("raised").entry());
        }
        List<String> removed = new CopyOnWriteArrayList<>();
        place.outside()
                .addWatch(
                        place.path("/elections/raised"),
                        event -> {
                            if (event.getType() == Watcher.Event.EventType.NodeDeleted) {
                                removed.add(event.getPath());
                            }
                        },
                        AddWatchMode.PERSISTENT_RECURSIVE);

        Generation raised = done(member("operator").coordinator().raiseGeneration(Optional.empty(), 1000));

        assertThat(raised.number()).isEqualTo(1000);
        Awaitility.await().atMost(PATIENCE).until(() -> removed.size() == 4);
        assertThat(removed)
                .containsExactly(
                        queue.get(3).key(),
                        queue.get(2).key(),
                        queue.get(1).key(),
                        queue.get(0).key());
    }

    @Test
    void shouldRaiseOverNativePathsToo() throws Exception {
        String path = "/native-" + System.nanoTime();
        Place mixed = new Place(server, "", options -> options.nativePath("mixed", path));
        try {
            Member member = new Member("ours", mixed.connect(SystemTicker.INSTANCE));
            Entry own = member.enrol("mixed").entry();
            assertThat(own.key()).startsWith(path + "/");

            done(member.coordinator().raiseGeneration(Optional.empty(), 1));

            assertThat(done(member.coordinator().standing(own))).isEqualTo(new Standing.Gone());
        } finally {
            mixed.close();
        }
    }

    @Test
    void shouldLeaveNoPayloadBehind() throws Exception {
        Member member = member("publisher");
        Entry given = done(member.coordinator().enrol(member.request("payloads", "given")))
                .entry();
        Entry changed = member.enrol("payloads").entry();
        done(member.coordinator().updatePayload(changed, "changed".getBytes(UTF_8)));
        done(member.coordinator().updatePayload(changed, "again".getBytes(UTF_8)));
        Stat entry = place.outside().exists(changed.key(), false);
        assertThat(entry.getVersion()).as("the entry itself is never written").isZero();
        assertThat(place.outside().getChildren(place.path("/payloads"), false)).hasSize(2);

        done(member.coordinator().withdraw(given));
        done(member.coordinator().withdraw(changed));

        assertThat(place.outside().getChildren(place.path("/payloads"), false)).isEmpty();
    }

    @Test
    void shouldLeaveTheCallersSessionAndNodesAloneWhenClosed() throws Exception {
        try (CuratorFramework framework =
                CuratorFrameworkFactory.newClient(server.connectString(), 4_000, 10_000, new RetryOneTime(100))) {
            framework.start();
            framework.blockUntilConnected();
            String callers = framework.create().withMode(CreateMode.EPHEMERAL).forPath("/callers-" + System.nanoTime());
            Member member = new Member(
                    "guest",
                    place.coordinator(
                            ZooKeeperElections.builder()
                                    .framework(framework)
                                    .root(place.path(""))
                                    .tickTime(Place.TICK),
                            SystemTicker.INSTANCE));
            Enrolment enrolment = done(member.coordinator().enrol(member.request("guests", "payload")));

            done(member.coordinator().closeSession(member.grant().id()));
            member.coordinator().close();

            assertThat(framework.checkExists().forPath(enrolment.entry().key())).isNull();
            assertThat(framework.getChildren().forPath(place.path("/payloads"))).isEmpty();
            assertThat(framework.checkExists().forPath(callers)).isNotNull();
        }
    }

    @Test
    void shouldLeaveNoThreadBehindWhenClosed() throws Exception {
        // Other classes open connections meanwhile; a thread belongs to the group of the one that started it.
        ThreadGroup group = new ThreadGroup("connections");
        List<Member> members = inGroup(
                group, () -> Stream.of("one", "two", "three").map(this::member).toList());
        assertThat(group.activeCount()).as("two threads for each connection").isEqualTo(6);

        inGroup(group, () -> {
            members.forEach(member -> member.coordinator().close());
            return members;
        });

        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> group.activeCount() == 0);
    }

    private static <T> T inGroup(ThreadGroup group, Callable<T> work) throws Exception {
        FutureTask<T> task = new FutureTask<>(work);
        Thread thread = new Thread(group, task, "starter");
        thread.start();
        T result = task.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        thread.join();
        return result;
    }

    @Test
    void shouldDisarmTheWatchOnThePredecessorWhenItStopsFollowing() {
        var link = server.newClientLink();
        Member leader = member("leader");
        Entry head = leader.enrol("disarmed").entry();
        Member waiter = new Member(
                "waiter",
                place.coordinator(place.builder().connectString(link.connectString()), SystemTicker.INSTANCE));
        Enrolment behind = waiter.enrol("disarmed");
        List<String> heard = new CopyOnWriteArrayList<>();
        var follow = waiter.coordinator()
                .follow(
                        behind.entry(),
                        Optional.of(((Standing.Behind) behind.standing()).predecessor()),
                        Member.sink(heard));
        done(waiter.coordinator().standing(behind.entry()));
        follow.close();
        done(waiter.coordinator().standing(behind.entry()));
        long before = link.requestCounts().notifications();

        done(leader.coordinator().withdraw(head));
        done(waiter.coordinator().list("disarmed"));

        assertThat(link.requestCounts().notifications() - before).isZero();
        assertThat(heard).isEmpty();
        waiter.coordinator().close();
        link.close();
    }

    @Test
    void shouldRefuseWhenServersGrantLessThanTheTimingNeeds() throws Exception {
        try (EmbeddedZooKeeper strict = EmbeddedZooKeeper.builder()
                .nodes(1)
                .tickTime(Place.TICK)
                .sessionTimeouts(Duration.ofMillis(400), Duration.ofSeconds(2))
                .start()) {
            var coordinator =
                    place.coordinator(place.builder().connectString(strict.connectString()), SystemTicker.INSTANCE);

            assertThat(outcome(coordinator.openSession(new SilentSignals())))
                    .isInstanceOfSatisfying(Outcome.Refused.class, refused -> {
                        assertThat(refused.reason()).isEqualTo(Refusal.INVALID);
                        assertThat(refused.message()).contains("granted").contains("PT2S");
                    });
            coordinator.close();
        }
    }
}
