package dev.incumbent.election.zookeeper;

import static dev.incumbent.testkit.adapter.Outcomes.PATIENCE;
import static dev.incumbent.testkit.adapter.Outcomes.done;
import static dev.incumbent.testkit.adapter.Outcomes.eventuallyDone;
import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.Standing;
import dev.incumbent.election.spi.Subscription;
import dev.incumbent.election.spi.SystemTicker;
import dev.incumbent.embedded.zookeeper.ClientLink;
import dev.incumbent.embedded.zookeeper.EmbeddedZooKeeper;
import dev.incumbent.embedded.zookeeper.RequestCounts;
import dev.incumbent.testkit.adapter.Member;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What campaigns cost, as the server and the link count it (C1, C2). */
final class CostTest {

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static EmbeddedZooKeeper server;

    @SuppressWarnings("NullAway.Init") // set before each test
    private Place place;

    private final List<ClientLink> links = new ArrayList<>();

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
        links.forEach(ClientLink::close);
    }

    private Member member(String name, ClientLink link) {
        links.add(link);
        return new Member(
                name, place.coordinator(place.builder().connectString(link.connectString()), SystemTicker.INSTANCE));
    }

    @Test
    void shouldCommitOnceAndTakeOneRoundTripWhenEntering() {
        ClientLink link = server.newClientLink();
        Member member = member("a", link);
        done(member.coordinator().withdraw(member.enrol("cost").entry()));
        long zxid = server.lastZxid();
        RequestCounts before = link.requestCounts();

        Entry entry = member.enrol("cost").entry();

        assertThat(server.lastZxid() - zxid).as("commits").isEqualTo(1);
        assertThat(entry.epoch()).isEqualTo(server.lastZxid());
        RequestCounts counts = link.requestCounts().since(before);
        // Both are sent before either is answered: one round trip.
        assertThat(counts.of("multi")).isEqualTo(1);
        assertThat(counts.of("getChildren")).isEqualTo(1);
        assertThat(counts.withoutPings()).isEqualTo(2);

        long entered = server.lastZxid();
        done(member.coordinator().withdraw(entry));
        assertThat(server.lastZxid() - entered).as("commits").isEqualTo(1);
    }

    @Test
    void shouldSendTheViewBeforeTheEntryIsAnswered() {
        ClientLink link = server.newClientLink();
        Member member = member("a", link);
        done(member.coordinator().withdraw(member.enrol("pipelined").entry()));
        RequestCounts before = link.requestCounts();
        link.holdReplies();

        var entered = member.coordinator().enrol(member.request("pipelined", ""));

        link.awaitPassed("getChildren", before.of("getChildren") + 1, PATIENCE);
        assertThat(entered.toCompletableFuture()).isNotDone();
        link.release();
        assertThat(done(entered).standing()).isEqualTo(new Standing.Head());
    }

    @Test
    void shouldTellOneWaiterOnlyWhenTheLeaderLeaves() {
        int waiters = 8;
        Member leader = member("leader", server.newClientLink());
        Entry head = leader.enrol("handoff").entry();
        List<List<String>> reports = new ArrayList<>();
        List<RequestCounts> before = new ArrayList<>();
        List<Subscription> follows = new ArrayList<>();
        for (int i = 0; i < waiters; i++) {
            Member waiter = member("waiter-" + i, server.newClientLink());
            var enrolment = waiter.enrol("handoff");
            String ahead = ((Standing.Behind) enrolment.standing()).predecessor();
            List<String> heard = new CopyOnWriteArrayList<>();
            reports.add(heard);
            follows.add(waiter.coordinator().follow(enrolment.entry(), Optional.of(ahead), Member.sink(heard)));
            done(waiter.coordinator().standing(enrolment.entry()));
        }
        links.forEach(link -> before.add(link.requestCounts()));
        long zxid = server.lastZxid();

        done(leader.coordinator().withdraw(head));

        Awaitility.await().atMost(PATIENCE).until(() -> !reports.get(0).isEmpty());
        assertThat(reports.get(0)).containsExactly("predecessorGone");
        assertThat(server.lastZxid() - zxid).as("commits").isEqualTo(1);
        long notifications = 0;
        long requests = 0;
        for (int i = 1; i < links.size(); i++) {
            RequestCounts counts = links.get(i).requestCounts().since(before.get(i));
            notifications += counts.notifications();
            requests += counts.withoutPings();
        }
        assertThat(notifications).isEqualTo(1);
        assertThat(requests).isZero();
        follows.forEach(Subscription::close);
    }

    @Test
    void shouldHearNothingWhenOthersQueueUpBehindAnObservedLeader() {
        Member leader = member("leader", server.newClientLink());
        leader.enrol("observed");
        ClientLink link = server.newClientLink();
        Member onlooker = member("onlooker", link);
        List<String> seen = new CopyOnWriteArrayList<>();
        Subscription observation = onlooker.coordinator()
                .observe("observed", new dev.incumbent.election.spi.ObservationSink() {
                    @Override
                    public void head(Optional<dev.incumbent.election.CandidateInfo> head) {
                        seen.add(head.map(info -> info.id().value()).orElse("nobody"));
                    }

                    @Override
                    public void broken(String reason) {
                        seen.add("broken");
                    }
                });
        Awaitility.await().atMost(PATIENCE).until(() -> !seen.isEmpty());
        long before = link.requestCounts().notifications();

        for (int i = 0; i < 5; i++) {
            done(leader.coordinator().withdraw(leader.enrol("observed").entry()));
        }
        done(onlooker.coordinator().list("observed"));

        assertThat(link.requestCounts().notifications() - before).isZero();
        assertThat(seen).containsExactly("leader");
        observation.close();
    }

    @Test
    void shouldCommitOnceWhenAnotherClientMadeTheElectionsNode() {
        member("a", server.newClientLink()).enrol("made");
        Member second = member("b", server.newClientLink());
        long zxid = server.lastZxid();

        second.enrol("made");

        assertThat(server.lastZxid() - zxid).as("commits").isEqualTo(1);
    }

    @Test
    void shouldReadThePlaceWithoutACommitOnlyWhileTheStreamGoesOn() {
        Member leader = member("leader", server.newClientLink());
        leader.enrol("stream");
        ClientLink link = server.newClientLink();
        Member waiter = member("waiter", link);
        var behind = waiter.enrol("stream");
        String ahead = ((Standing.Behind) behind.standing()).predecessor();
        List<String> heard = new CopyOnWriteArrayList<>();
        Subscription follow = waiter.coordinator().follow(behind.entry(), Optional.of(ahead), Member.sink(heard));
        done(waiter.coordinator().standing(behind.entry()));
        long zxid = server.lastZxid();

        assertThat(done(waiter.coordinator().standing(behind.entry()))).isEqualTo(behind.standing());
        assertThat(server.lastZxid() - zxid).as("commits in the stream").isZero();

        link.reset();
        waiter.await("reachable");
        assertThat(heard).containsExactly("broken");
        long reconnected = server.lastZxid();
        assertThat(eventuallyDone(() -> waiter.coordinator().standing(behind.entry())))
                .isEqualTo(behind.standing());
        assertThat(server.lastZxid() - reconnected).as("commits after it broke").isPositive();
        follow.close();
    }

    @Test
    void shouldShareBarriersWhenManyElectionsReadAtOnce() {
        ClientLink link = server.newClientLink();
        Member member = member("a", link);
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            entries.add(member.enrol("shared-" + i).entry());
        }
        long zxid = server.lastZxid();

        var standings = entries.stream().map(member.coordinator()::standing).toList();

        standings.forEach(standing -> assertThat(done(standing)).isEqualTo(new Standing.Head()));
        assertThat(server.lastZxid() - zxid).as("commits for 100 reads").isBetween(1L, 20L);
    }

    @Test
    void shouldSendNothingButChecksWhenRenewing() {
        ClientLink link = server.newClientLink();
        Member member = member("a", link);
        Entry own = member.enrol("renewed").entry();
        List<String> heard = new CopyOnWriteArrayList<>();
        member.coordinator().follow(own, Optional.empty(), Member.sink(heard));
        done(member.coordinator().standing(own));
        RequestCounts before = link.requestCounts();

        done(member.coordinator().renew(member.grant().id()));

        RequestCounts counts = link.requestCounts().since(before);
        assertThat(counts.of("multi")).isEqualTo(2);
        assertThat(counts.withoutPings()).isEqualTo(2);
        assertThat(counts.notifications()).isZero();
        assertThat(heard).isEmpty();
    }
}
