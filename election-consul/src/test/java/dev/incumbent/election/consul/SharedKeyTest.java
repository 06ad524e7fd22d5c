package dev.incumbent.election.consul;

import static dev.incumbent.testkit.adapter.Outcomes.done;
import static dev.incumbent.testkit.adapter.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.Candidacy;
import dev.incumbent.election.Leadership;
import dev.incumbent.election.spi.EnrolRequest;
import dev.incumbent.election.spi.Enrolment;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Standing;
import dev.incumbent.testkit.adapter.Member;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A key that is shared with others is locked for one entry, and unlocked with that one and no other. */
final class SharedKeyTest extends EmbeddedTest {

    private static final String ELECTION = "shared";

    private final Tap tap = new Tap();

    private String key() {
        return place().root() + "-shared/.lock";
    }

    private ConsulElections.Builder builder() {
        return place().builder().sharedKey(ELECTION, key());
    }

    private Optional<String> holder() {
        return place().outside().get(key()).flatMap(stored -> Optional.ofNullable(stored.getSession()));
    }

    private List<Entry> own(Member member) {
        return done(member.coordinator().ownEntries(member.grant().id()));
    }

    @Test
    void shouldKeepTheKeyWhenAnotherEntryOfTheSessionIsWithdrawn() {
        Member member = member("ours", builder().tap(tap));
        EnrolRequest request = member.request(ELECTION, "");
        tap.delayNext(Tap.entering());
        assertThat(outcome(member.coordinator().enrol(request))).isInstanceOf(Outcome.Ambiguous.class);
        Entry leading = member.enrol(ELECTION).entry();
        assertThat(member.standing(leading)).isEqualTo(new Standing.Head());
        tap.deliver();
        Awaitility.await().atMost(Servers.PATIENCE).until(() -> own(member).size() == 2);
        Entry late = own(member).stream()
                .filter(entry -> !entry.key().equals(leading.key()))
                .findFirst()
                .orElseThrow();

        done(member.coordinator().withdraw(late));

        assertThat(holder()).contains(member.grant().id().value());
        assertThat(member.standing(leading)).isEqualTo(new Standing.Head());
        done(member.coordinator().withdraw(leading));
        assertThat(holder()).isEmpty();
    }

    @Test
    void shouldKeepTheKeyWhenAWithdrawalLandsAfterTheNextEntryLeads() {
        Member member = member("ours", builder().tap(tap));
        Entry former = member.enrol(ELECTION).entry();
        tap.delayNext(Tap.withdrawing());
        assertThat(outcome(member.coordinator().withdraw(former))).isInstanceOf(Outcome.Ambiguous.class);
        done(member.coordinator().withdraw(former));
        Entry leading = member.enrol(ELECTION).entry();
        assertThat(member.standing(leading)).isEqualTo(new Standing.Head());

        tap.deliver();
        // The same connection pool, the same server: what is answered after it has seen it.
        member.enrol("elsewhere");

        assertThat(holder()).contains(member.grant().id().value());
        assertThat(member.standing(leading)).isEqualTo(new Standing.Head());
    }

    /** Its session lives on, and would hold the key for ever. */
    @Test
    void shouldLetTheNextLeadWhenTheEntryAloneOfTheLeaderIsDeleted() throws Exception {
        Candidacy first = place().client(builder().candidateId("first"))
                .election(ELECTION)
                .campaign();
        Leadership one = first.awaitLeadership(Servers.PATIENCE).orElseThrow();
        Candidacy second = place().client(builder().candidateId("second"))
                .election(ELECTION)
                .campaign();
        Awaitility.await()
                .atMost(Servers.PATIENCE)
                .until(() -> place().outside()
                                .below(place().layout().prefix(ELECTION))
                                .size()
                        == 2);

        place().deleteFirst(ELECTION);

        Leadership two = second.awaitLeadership(Servers.PATIENCE).orElseThrow();
        assertThat(two.token().isNewerThan(one.token())).isTrue();
        assertThat(one.isValid()).isFalse();
    }

    /** Nobody follows it: whoever looks at the queue for the same session finds the key locked for nothing. */
    @Test
    void shouldUnlockForTheOtherWhenAnEntryWentUnseen() {
        Member first = member("first", builder());
        Entry gone = first.enrol(ELECTION).entry();
        Member second = member("second", builder());
        Enrolment waiting = second.enrol(ELECTION);
        place().delete(gone);

        Enrolment again = first.enrol(ELECTION);

        assertThat(again.standing()).isInstanceOf(Standing.Behind.class);
        Awaitility.await().atMost(Servers.PATIENCE).until(() -> second.standing(waiting.entry())
                .equals(new Standing.Head()));
        assertThat(holder()).contains(second.grant().id().value());
    }

    @Test
    void shouldTakeTheKeyOverFromAnEntryOfItsSessionThatHasGone() {
        Member member = member("ours", builder());
        place().delete(member.enrol(ELECTION).entry());

        Entry next = member.enrol(ELECTION).entry();

        assertThat(member.standing(next)).isEqualTo(new Standing.Head());
        done(member.coordinator().withdraw(next));
        assertThat(holder()).as("it was locked for this one").isEmpty();
    }

    /** Somebody wrote into it and did not take it. */
    @Test
    void shouldLeadOnAndUnlockWhenTheKeysValueWasOverwritten() {
        Member member = member("ours", builder());
        Entry own = member.enrol(ELECTION).entry();
        place().outside().put(key(), "scribble");

        assertThat(member.standing(own)).isEqualTo(new Standing.Head());
        done(member.coordinator().withdraw(own));
        assertThat(holder()).isEmpty();
    }
}
