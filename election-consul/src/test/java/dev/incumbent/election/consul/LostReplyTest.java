package dev.incumbent.election.consul;

import static dev.incumbent.testkit.adapter.Outcomes.done;
import static dev.incumbent.testkit.adapter.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import com.ecwid.consul.v1.kv.model.GetValue;
import dev.incumbent.election.spi.EnrolRequest;
import dev.incumbent.election.spi.Enrolment;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.GuardedOp;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Standing;
import dev.incumbent.election.spi.SystemTicker;
import dev.incumbent.testkit.adapter.Member;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Requests that took effect and whose reply never came, that came late, and that never left (S4). */
final class LostReplyTest extends EmbeddedTest {

    private final Tap tap = new Tap();

    private List<Long> standing(String election) {
        return place().outside().below(place().layout().prefix(election)).stream()
                .map(GetValue::getCreateIndex)
                .toList();
    }

    @Test
    void shouldFindTheEntryWhenTheReplyBrokeOff() {
        Member member = member("ours", tap);
        EnrolRequest request = member.request("lost", "payload");
        tap.breakNext(Tap.entering());

        assertThat(outcome(member.coordinator().enrol(request))).isInstanceOf(Outcome.Ambiguous.class);

        Enrolment found = done(member.coordinator().findOwn(request)).orElseThrow();
        assertThat(found.standing()).isEqualTo(new Standing.Head());
        assertThat(standing("lost"))
                .as("no ghost")
                .containsExactly(found.entry().epoch());
        assertThat(done(member.coordinator().ownEntries(member.grant().id()))).containsExactly(found.entry());
    }

    @Test
    void shouldNotSendTheWriteAgainWhenItIsNotAnswered() {
        Member member = member("ours", tap);
        EnrolRequest request = member.request("silent", "");
        tap.take();
        tap.swallowNext(Tap.entering());

        assertThat(outcome(member.coordinator().enrol(request))).isInstanceOf(Outcome.Ambiguous.class);

        assertThat(tap.take()).containsEntry("write", 1);
        assertThat(done(member.coordinator().findOwn(request))).isPresent();
    }

    /** Absent in one read, there later: the session's entries are asked for until it ends. */
    @Test
    void shouldListTheEntryOfARequestThatLandsLate() {
        Member member = member("ours", tap);
        EnrolRequest request = member.request("late", "");
        tap.delayNext(Tap.entering());
        assertThat(outcome(member.coordinator().enrol(request))).isInstanceOf(Outcome.Ambiguous.class);
        assertThat(done(member.coordinator().findOwn(request))).isEmpty();
        assertThat(done(member.coordinator().ownEntries(member.grant().id()))).isEmpty();

        tap.deliver();

        Awaitility.await().atMost(Servers.PATIENCE).until(() -> standing("late").size() == 1);
        List<Entry> own = done(member.coordinator().ownEntries(member.grant().id()));
        assertThat(own).extracting(Entry::epoch).isEqualTo(standing("late"));
        done(member.coordinator().withdraw(own.get(0)));
        assertThat(standing("late")).isEmpty();
    }

    @Test
    void shouldEnterNothingWhenTheRequestLandsAfterTheSessionWasClosed() {
        Member member = member("ours", tap);
        tap.delayNext(Tap.entering());
        outcome(member.coordinator().enrol(member.request("too-late", "")));
        done(member.coordinator().closeSession(member.grant().id()));

        tap.deliver();

        Member other = member("other");
        assertThat(other.enrol("too-late").standing()).isEqualTo(new Standing.Head());
        assertThat(standing("too-late")).hasSize(1);
    }

    /** A key that is used twice would let the first term's write pass in the second. */
    @Test
    void shouldWriteNothingWhenTheWriteOfAnEarlierTermLandsInALaterOne() throws Exception {
        Member member = member("ours", tap);
        Entry former = member.enrol("terms").entry();
        tap.delayNext(Tap.txnWith("check-session"));
        byte[] value = "stale".getBytes(StandardCharsets.UTF_8);
        assertThat(outcome(member.coordinator().guardedWrite(former, List.of(new GuardedOp.Put("ledger", value)))))
                .isInstanceOf(Outcome.Ambiguous.class);
        done(member.coordinator().withdraw(former));
        assertThat(member.enrol("terms").standing()).isEqualTo(new Standing.Head());

        tap.deliver();
        // The same connection pool, the same server: what is answered after it has seen it.
        member.enrol("elsewhere");

        assertThat(place().read("ledger")).isEmpty();
    }

    @Test
    void shouldBeAmbiguousForAllWhenTheReplyToABatchIsLost() {
        Member member = member("ours", tap);
        List<EnrolRequest> requests = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            requests.add(member.request("batch-" + i, ""));
            tap.breakNext(Tap.entering());
        }
        List<CompletionStage<Outcome<Enrolment>>> stages = new ArrayList<>();
        requests.forEach(request -> stages.add(member.coordinator().enrol(request)));

        stages.forEach(stage -> assertThat(outcome(stage)).isInstanceOf(Outcome.Ambiguous.class));

        requests.forEach(request ->
                assertThat(done(member.coordinator().findOwn(request))).isPresent());
        assertThat(done(member.coordinator().ownEntries(member.grant().id()))).hasSize(40);
    }

    @Test
    void shouldDeleteNothingElseWhenAWithdrawalIsRepeated() {
        Member member = member("ours", tap);
        Entry entry = member.enrol("left").entry();
        tap.breakNext(Tap.withdrawing());

        assertThat(outcome(member.coordinator().withdraw(entry))).isInstanceOf(Outcome.Ambiguous.class);
        Entry next = member.enrol("left").entry();
        done(member.coordinator().withdraw(entry));

        assertThat(standing("left")).containsExactly(next.epoch());
    }

    @Test
    void shouldOpenAnotherSessionWhenTheReplyToTheFirstIsLost() {
        tap.breakNext(Tap.path("/session/create"));
        Member member = member("ours", tap);

        assertThat(done(member.coordinator().renew(member.grant().id())).ttl())
                .isEqualTo(member.grant().ttl());
        assertThat(member.enrol("after").standing()).isEqualTo(new Standing.Head());
    }

    @Test
    void shouldBeUnavailableWhenTheRequestNeverLeft() {
        var coordinator = place().coordinator(
                        ConsulElections.builder()
                                .endpoints("http://127.0.0.1:1")
                                .sessionTtlMin(java.time.Duration.ofSeconds(1)),
                        SystemTicker.INSTANCE);

        assertThat(outcome(coordinator.raiseGeneration(java.util.Optional.empty(), 1)))
                .isInstanceOf(Outcome.Unavailable.class);
        assertThat(outcome(coordinator.openSession(new dev.incumbent.testkit.adapter.SilentSignals())))
                .isInstanceOf(Outcome.Unavailable.class);
    }

    @Test
    void shouldAnswerWhatIsOpenWhenClosed() {
        Member member = member("ours", tap);
        Entry own = member.enrol("open").entry();
        tap.cut(true);
        tap.take();
        CompletionStage<Outcome<Enrolment>> entering = member.coordinator().enrol(member.request("more", ""));
        CompletionStage<Outcome<Standing>> reading = member.coordinator().standing(own);
        Awaitility.await().atMost(Servers.PATIENCE).until(() -> tap.counted("write") == 1);

        member.coordinator().close();

        assertThat(outcome(entering)).isInstanceOf(Outcome.Ambiguous.class);
        assertThat(outcome(reading)).isInstanceOf(Outcome.Unavailable.class);
    }
}
