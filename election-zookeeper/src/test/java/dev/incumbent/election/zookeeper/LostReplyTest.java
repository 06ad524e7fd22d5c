package dev.incumbent.election.zookeeper;

import static dev.incumbent.testkit.adapter.Outcomes.PATIENCE;
import static dev.incumbent.testkit.adapter.Outcomes.done;
import static dev.incumbent.testkit.adapter.Outcomes.eventuallyDone;
import static dev.incumbent.testkit.adapter.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.spi.EnrolRequest;
import dev.incumbent.election.spi.Enrolment;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Standing;
import dev.incumbent.election.spi.SystemTicker;
import dev.incumbent.embedded.zookeeper.ClientLink;
import dev.incumbent.embedded.zookeeper.Direction;
import dev.incumbent.embedded.zookeeper.EmbeddedZooKeeper;
import dev.incumbent.embedded.zookeeper.Frame;
import dev.incumbent.testkit.adapter.Member;
import dev.incumbent.testkit.adapter.SilentSignals;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Requests whose reply never comes, and streams that break (S4). */
final class LostReplyTest {

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static EmbeddedZooKeeper server;

    @SuppressWarnings("NullAway.Init") // set before each test
    private Place place;

    @SuppressWarnings("NullAway.Init")
    private ClientLink link;

    @SuppressWarnings("NullAway.Init")
    private Member member;

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
        link = server.newClientLink();
        member = new Member(
                "ours", place.coordinator(place.builder().connectString(link.connectString()), SystemTicker.INSTANCE));
    }

    @AfterEach
    void close() throws Exception {
        link.heal();
        place.close();
        link.close();
    }

    private static boolean made(Frame reply) {
        return reply.is("multi") && reply.error() == 0;
    }

    /** Enters, but the reply is lost with the connection. */
    private Outcome<Enrolment> enterAndLoseTheReply(EnrolRequest request) {
        // On a new path the first multi is refused; it is the one that made the entry whose reply gets lost.
        link.holdFrom(Direction.TO_CLIENT, LostReplyTest::made);
        CompletionStage<Outcome<Enrolment>> entered = member.coordinator().enrol(request);
        link.awaitHeld(Direction.TO_CLIENT, LostReplyTest::made, PATIENCE);
        link.cut();
        Outcome<Enrolment> outcome = outcome(entered);
        link.heal();
        return outcome;
    }

    @Test
    void shouldFindTheEntryWhenTheReplyWasLost() throws Exception {
        // The election's node exists, so the first multi is the one that enters.
        done(member.coordinator().withdraw(member.enrol("lost").entry()));
        EnrolRequest request = member.request("lost", "payload");

        assertThat(enterAndLoseTheReply(request)).isInstanceOf(Outcome.Ambiguous.class);

        Optional<Enrolment> found = eventuallyDone(() -> member.coordinator().findOwn(request));
        Entry entry = found.orElseThrow().entry();
        assertThat(found.orElseThrow().standing()).isEqualTo(new Standing.Head());
        assertThat(entry.epoch())
                .isEqualTo(place.outside().exists(entry.key(), false).getCzxid());
        assertThat(done(member.coordinator().ownEntries(member.grant().id()))).containsExactly(entry);
        assertThat(place.outside().getChildren(place.path("/elections/lost"), false))
                .as("no ghost")
                .hasSize(1);

        done(member.coordinator().withdraw(entry));
        assertThat(place.outside().getChildren(place.path("/elections/lost"), false))
                .isEmpty();
        assertThat(place.outside().getChildren(place.path("/payloads"), false)).isEmpty();
        assertThat(member.signals()).contains("unreachable", "reachable").doesNotContain("lost");
    }

    @Test
    void shouldFindNothingWhenTheRequestWasLost() {
        EnrolRequest request = member.request("never", "");
        link.holdRequests();
        CompletionStage<Outcome<Enrolment>> entered = member.coordinator().enrol(request);
        link.awaitHeld(Direction.TO_SERVER, frame -> frame.is("multi"), PATIENCE);
        link.cut();

        assertThat(outcome(entered)).isInstanceOf(Outcome.Ambiguous.class);
        link.heal();

        assertThat(eventuallyDone(() -> member.coordinator().findOwn(request))).isEmpty();
        assertThat(done(member.coordinator().ownEntries(member.grant().id()))).isEmpty();
    }

    @Test
    void shouldSendNothingWhileDisconnected() {
        link.cut();
        member.await("unreachable");

        assertThat(outcome(member.coordinator().enrol(member.request("away", ""))))
                .isInstanceOf(Outcome.Unavailable.class);
        assertThat(outcome(member.coordinator().renew(member.grant().id()))).isInstanceOf(Outcome.Unavailable.class);

        link.heal();
        member.await("reachable");
        assertThat(done(member.coordinator().list("away"))).isEmpty();
    }

    @Test
    void shouldBreakOnceWhenTheConnectionBreaks() {
        Entry own = member.enrol("broken").entry();
        List<String> heard = new CopyOnWriteArrayList<>();
        member.coordinator().follow(own, Optional.empty(), Member.sink(heard));
        done(member.coordinator().standing(own));

        link.reset();
        member.await("reachable");
        done(member.coordinator().withdraw(own));

        assertThat(heard).containsExactly("broken");
    }

    @Test
    void shouldTellOfAGenerationThatWasRaisedWhileAway() throws Exception {
        Member other = new Member("other", place.connect(SystemTicker.INSTANCE));
        Entry own = member.enrol("raised-while-away").entry();
        link.cut();
        member.await("unreachable");
        long raised =
                done(other.coordinator().raiseGeneration(Optional.empty(), 5)).number();
        link.heal();

        member.await("generation " + raised);
        assertThat(eventuallyDone(() -> member.coordinator().standing(own)))
                .isInstanceOfAny(Standing.Gone.class, Standing.Superseded.class);
    }

    @Test
    void shouldOpenANewSessionWhenTheOldOneWasExpiredWhileAway() {
        Entry own = member.enrol("expired-while-away").entry();
        link.cut();
        member.await("unreachable");
        place.expire(member.grant().id());
        link.heal();

        member.await("lost");
        var second = eventuallyDone(() -> member.coordinator().openSession(new SilentSignals()));
        assertThat(second.id()).isNotEqualTo(member.grant().id());
        assertThat(done(member.coordinator().standing(own))).isEqualTo(new Standing.Gone());
    }

    @Test
    void shouldTryAnewWhenAnIdleContainerWasRemoved() throws Exception {
        done(member.coordinator().withdraw(member.enrol("reaped").entry()));
        place.outside().delete(place.path("/elections/reaped"), -1);

        Enrolment again = member.enrol("reaped");

        assertThat(again.standing()).isEqualTo(new Standing.Head());
        assertThat(done(member.coordinator().list("reaped"))).hasSize(1);
    }

    @Test
    void shouldAnswerWhatIsOpenWhenClosedOnADeadLink() {
        link.silence();
        CompletionStage<Outcome<Enrolment>> entered = member.coordinator().enrol(member.request("silent", ""));
        CompletionStage<Outcome<Standing>> read = member.coordinator()
                .standing(new Entry(
                        "silent",
                        member.grant().id(),
                        place.path("/elections/silent/x"),
                        1,
                        member.grant().generation()));
        long begun = System.nanoTime();

        member.coordinator().close();

        assertThat(outcome(entered)).isInstanceOf(Outcome.Ambiguous.class);
        assertThat(outcome(read)).isInstanceOf(Outcome.Unavailable.class);
        assertThat((System.nanoTime() - begun) / 1_000_000_000L)
                .as("seconds to close")
                .isLessThan(5);
    }
}
