package dev.incumbent.election.etcd;

import static dev.incumbent.testkit.adapter.Outcomes.done;
import static dev.incumbent.testkit.adapter.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.spi.Ack;
import dev.incumbent.election.spi.EnrolRequest;
import dev.incumbent.election.spi.Enrolment;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.SessionGrant;
import dev.incumbent.election.spi.Standing;
import dev.incumbent.election.spi.SystemTicker;
import dev.incumbent.testkit.adapter.Member;
import dev.incumbent.testkit.adapter.SilentSignals;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.TxnRequest;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Requests that took effect and whose reply never came, and requests that never left (S4). */
final class LostReplyTest extends OnOneServer {

    private final Tap tap = new Tap();

    @SuppressWarnings("NullAway.Init") // set before each test
    private Member member;

    @BeforeEach
    void open() {
        member = member("ours", place.builder().interceptor(tap));
    }

    @AfterEach
    void heal() {
        tap.heal();
    }

    private static boolean writes(Object request) {
        return request instanceof TxnRequest txn
                && (txn.getCompareCount() > 0 || txn.toString().contains("request_put"));
    }

    private List<Long> standing(String election) {
        return place.outside().below(place.layout().prefix(election)).stream()
                .map(entry -> entry.getCreateRevision())
                .toList();
    }

    @Test
    void shouldFindTheEntryWhenTheReplyBrokeOff() {
        EnrolRequest request = member.request("lost", "payload");
        tap.breakAfter(1, LostReplyTest::writes);

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
        EnrolRequest request = member.request("silent", "");
        tap.reset();
        tap.silence(1, LostReplyTest::writes);

        assertThat(outcome(member.coordinator().enrol(request))).isInstanceOf(Outcome.Ambiguous.class);

        assertThat(tap.sent()).containsEntry("Txn", 1);
        assertThat(done(member.coordinator().findOwn(request))).isPresent();
    }

    @Test
    void shouldHandBackTheEntryOfTheFirstAttemptWhenEnteringAgain() {
        tap.breakAfter(1, LostReplyTest::writes);
        outcome(member.coordinator().enrol(member.request("again", "")));

        Enrolment second = member.enrol("again");

        assertThat(standing("again")).containsExactly(second.entry().epoch());
        assertThat(second.standing()).isEqualTo(new Standing.Head());
    }

    /** What a client that sends blindly again would take for a second entry of its own is the first: the place says so. */
    @Test
    void shouldKeepThePlaceInTheQueueWhenTheEntryIsHandedBack() throws Exception {
        Member other = member("other");
        Entry ahead = other.enrol("place").entry();
        tap.breakAfter(1, LostReplyTest::writes);
        EnrolRequest request = member.request("place", "");
        outcome(member.coordinator().enrol(request));
        Member behind = member("behind");
        behind.enrol("place");

        Enrolment found = done(member.coordinator().findOwn(request)).orElseThrow();

        assertThat(found.standing()).isEqualTo(new Standing.Behind(ahead.key(), true));
    }

    @Test
    void shouldBeAmbiguousForAllWhenTheReplyToABatchIsLost() {
        tap.breakAfter(Integer.MAX_VALUE, LostReplyTest::writes);
        List<EnrolRequest> requests = new ArrayList<>();
        List<CompletionStage<Outcome<Enrolment>>> stages = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            requests.add(member.request("batch-" + i, ""));
        }
        requests.forEach(request -> stages.add(member.coordinator().enrol(request)));

        stages.forEach(stage -> assertThat(outcome(stage)).isInstanceOf(Outcome.Ambiguous.class));

        tap.heal();
        requests.forEach(request ->
                assertThat(done(member.coordinator().findOwn(request))).isPresent());
        assertThat(done(member.coordinator().ownEntries(member.grant().id()))).hasSize(40);
    }

    @Test
    void shouldBeAmbiguousWhenAWithdrawalIsNotAnsweredAndHarmlessWhenRepeated() {
        Entry entry = member.enrol("left").entry();
        tap.breakAfter(1, LostReplyTest::writes);

        assertThat(outcome(member.coordinator().withdraw(entry))).isInstanceOf(Outcome.Ambiguous.class);
        Entry next = member.enrol("left").entry();
        assertThat(done(member.coordinator().withdraw(entry))).isEqualTo(Ack.ACK);

        // A withdrawal that did not compare would have taken this one along.
        assertThat(standing("left")).containsExactly(next.epoch());
    }

    @Test
    void shouldOwnTheLeaseWhoseGrantWasNotAnsweredAndCountFromAKeepAlive() {
        Tap lossy = new Tap();
        lossy.breakAfter(1, request -> request instanceof LeaseGrantRequest);
        var coordinator = place.coordinator(place.builder().interceptor(lossy), SystemTicker.INSTANCE);

        SessionGrant grant = done(coordinator.openSession(new SilentSignals()));

        assertThat(lossy.opened())
                .as("the second grant found the first")
                .containsEntry("LeaseGrant", 2)
                .containsEntry("LeaseKeepAlive", 1);
        assertThat(done(coordinator.renew(grant.id())).ttl()).isEqualTo(grant.ttl());
    }

    @Test
    void shouldBeUnavailableWhenTheRequestNeverLeft() {
        ManagedChannel nobody =
                NettyChannelBuilder.forAddress("127.0.0.1", 1).usePlaintext().build();
        try {
            tap.redirect(nobody);

            assertThat(outcome(member.coordinator().enrol(member.request("unsent", ""))))
                    .isInstanceOf(Outcome.Unavailable.class);
        } finally {
            tap.redirect(null);
            nobody.shutdownNow();
        }
        assertThat(member.enrol("unsent").standing()).isEqualTo(new Standing.Head());
    }

    @Test
    void shouldAnswerWhatIsOpenWhenClosed() {
        tap.silence(Integer.MAX_VALUE, request -> request instanceof TxnRequest);
        Entry nothing =
                new Entry("x", member.grant().id(), "/x", 1, member.grant().generation());
        CompletionStage<Outcome<Enrolment>> entered = member.coordinator().enrol(member.request("open", ""));
        CompletionStage<Outcome<Standing>> read = member.coordinator().standing(nothing);

        member.coordinator().close();

        assertThat(outcome(entered)).isInstanceOfAny(Outcome.Ambiguous.class, Outcome.Unavailable.class);
        assertThat(outcome(read)).isInstanceOf(Outcome.Unavailable.class);
    }
}
