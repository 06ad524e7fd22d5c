package dev.incumbent.election.consul;

import static dev.incumbent.testkit.adapter.Outcomes.done;
import static org.assertj.core.api.Assertions.assertThat;

import com.ecwid.consul.v1.kv.model.GetValue;
import dev.incumbent.election.Candidacy;
import dev.incumbent.election.Leadership;
import dev.incumbent.election.spi.Enrolment;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.Renewal;
import dev.incumbent.election.spi.Standing;
import dev.incumbent.testkit.adapter.Member;
import dev.incumbent.testkit.adapter.Outcomes;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Nobody is let in while a holder may believe in itself (S2). Where a weaker rule would not have noticed, that is shown. */
final class ContainmentTest extends EmbeddedTest {

    private boolean hasSession(Entry entry) {
        return place().outside().get(entry.key()).map(GetValue::getSession).isPresent();
    }

    @Test
    void shouldStopBelievingBeforeConsulEndsTheSession() {
        Member member = member("held");
        Entry entry = member.enrol("unrenewed").entry();
        Renewal renewal = done(member.coordinator().renew(member.grant().id()));

        Awaitility.await()
                .atMost(Servers.PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> !hasSession(entry));

        assertThat(System.nanoTime()
                        - renewal.countedFrom().nanos()
                        - renewal.ttl().toNanos())
                .as("from the deadline to the end")
                .isPositive();
        assertThat(place().outside().get(entry.key()))
                .as("left for the next in line")
                .isPresent();
    }

    /** A leader whose session somebody destroys, and who hears nothing of it, is given the time that it counts with. */
    @Test
    void shouldNotOverlapWhenTheSessionOfALeaderThatIsCutOffIsDestroyed() throws Exception {
        Tap tap = new Tap();
        Leadership first = place().client(place().builder().candidateId("first").tap(tap))
                .election("destroyed")
                .campaign()
                .awaitLeadership(Servers.PATIENCE)
                .orElseThrow();
        Candidacy second = place().client("second").election("destroyed").campaign();
        Awaitility.await()
                .atMost(Servers.PATIENCE)
                .until(() -> place().outside()
                                .below(place().layout().prefix("destroyed"))
                                .size()
                        == 2);

        tap.cut(true);
        place().expireFirst("destroyed");

        Awaitility.await()
                .atMost(Servers.PATIENCE)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> {
                    boolean successor =
                            second.leadership().filter(Leadership::isValid).isPresent();
                    assertThat(successor && first.isValid()).as("two believe").isFalse();
                    return successor;
                });
        assertThat(second.leadership().orElseThrow().token().isNewerThan(first.token()))
                .isTrue();
        tap.cut(false);
    }

    /** The mutant: without the wait the same run has two that believe, so the test above can fail. */
    @Test
    void shouldOverlapWhenHoldersAreNotWaitedFor() throws Exception {
        Tap tap = new Tap();
        Leadership first = place().client(place().builder().candidateId("first").tap(tap))
                .election("waived")
                .campaign()
                .awaitLeadership(Servers.PATIENCE)
                .orElseThrow();
        Candidacy second = place().client(
                        place().builder().candidateId("second").waitForHolders(false))
                .election("waived")
                .campaign();
        Awaitility.await()
                .atMost(Servers.PATIENCE)
                .until(() -> place().outside()
                                .below(place().layout().prefix("waived"))
                                .size()
                        == 2);
        Awaitility.await()
                .atMost(Servers.PATIENCE)
                .until(() -> first.remaining().compareTo(Duration.ofMillis(1500)) > 0);

        tap.cut(true);
        place().expireFirst("waived");

        Awaitility.await()
                .atMost(Servers.PATIENCE)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> second.leadership().filter(Leadership::isValid).isPresent() && first.isValid());
        tap.cut(false);
    }

    @Test
    void shouldWaitForTheHoldersTimeToLiveAndNotForItsOwn() throws Exception {
        Member holder = member("holder");
        holder.enrol("ttl");
        Member waiter = member("waiter");
        Enrolment behind = waiter.enrol("ttl");
        List<String> heard = new CopyOnWriteArrayList<>();
        waiter.follow(behind, heard);

        place().expire(holder.grant().id());

        Member.await(heard, "predecessorOrphaned");
        assertThat(waiter.standing(behind.entry()))
                .isEqualTo(new Standing.BehindOrphan(
                        ((Standing.Behind) behind.standing()).predecessor(),
                        holder.grant().ttl()));
    }

    /** Its holder never led and cannot any more, so nobody waits for it twice. */
    @Test
    void shouldNotWaitForAnOrphanThatStandsBehindAnother() throws Exception {
        Member leader = member("leader");
        Entry head = leader.enrol("chain").entry();
        Member middle = member("middle");
        Enrolment orphan = middle.enrol("chain");
        Member last = member("last");
        Enrolment own = last.enrol("chain");

        place().expire(middle.grant().id());

        String predecessor = ((Standing.Behind) own.standing()).predecessor();
        assertThat(last.standing(own.entry())).isEqualTo(new Standing.BehindOrphan(predecessor, Duration.ZERO));
        assertThat(middle.standing(orphan.entry())).isEqualTo(new Standing.Gone());
        done(last.coordinator().removeOrphan(own.entry(), predecessor));
        assertThat(last.standing(own.entry())).isEqualTo(new Standing.Behind(head.key(), true));
    }

    @Test
    void shouldNotRemoveAnEntryThatHasItsSession() {
        Member leader = member("leader");
        Entry head = leader.enrol("alive").entry();
        Member waiter = member("waiter");
        Entry own = waiter.enrol("alive").entry();

        Outcomes.assertRefused(
                Outcomes.outcome(waiter.coordinator().removeOrphan(own, head.key())),
                dev.incumbent.election.spi.Refusal.INVALID,
                "session");

        assertThat(leader.standing(head)).isEqualTo(new Standing.Head());
    }

    @Test
    void shouldCountFromBeforeTheRequestWhenTheReplyIsLate() {
        Tap tap = new Tap();
        Member member = member("late", tap);
        long before = System.nanoTime();
        tap.breakNext(Tap.path("/session/renew/"));

        Renewal renewal = done(member.coordinator().renew(member.grant().id()));

        assertThat(renewal.countedFrom().nanos() - before).isNotNegative();
        assertThat(tap.take()).as("asked twice, counted from the first").containsEntry("renew", 2);
        assertThat(Optional.of(renewal.ttl())).contains(member.grant().ttl());
    }
}
