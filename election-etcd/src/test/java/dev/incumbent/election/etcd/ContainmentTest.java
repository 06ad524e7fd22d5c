package dev.incumbent.election.etcd;

import static dev.incumbent.testkit.adapter.Outcomes.PATIENCE;
import static dev.incumbent.testkit.adapter.Outcomes.done;
import static dev.incumbent.testkit.adapter.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.Stamp;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Renewal;
import dev.incumbent.election.spi.SystemTicker;
import dev.incumbent.testkit.adapter.Member;
import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * No renewal may claim more time than the server gives (S2). Beside the rule in use runs what a weaker rule, which counts from
 * the receipt of the reply, would have claimed: it must be caught.
 */
final class ContainmentTest extends OnOneServer {

    private final Tap tap = new Tap();

    @SuppressWarnings("NullAway.Init") // set before each test
    private Member member;

    @BeforeEach
    void open() {
        EtcdCoordinator coordinator =
                (EtcdCoordinator) place.coordinator(place.builder().interceptor(tap), SystemTicker.INSTANCE);
        tap.on(coordinator);
        member = new Member("held", coordinator);
    }

    @AfterEach
    void heal() {
        tap.heal();
    }

    private static boolean isKeepAlive(Object request) {
        return request instanceof LeaseKeepAliveRequest;
    }

    /** The instant, at the earliest, at which the entry has gone. */
    private long removed(Entry entry) {
        long[] lastSeen = {System.nanoTime()};
        Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(() -> {
            long before = System.nanoTime();
            boolean there = !place.outside().get(Layout.key(entry.key())).isEmpty();
            if (there) {
                lastSeen[0] = before;
            }
            return !there;
        });
        return System.nanoTime();
    }

    @Test
    void shouldEndBeforeTheEntryWhenTheReplyToTheLastRenewalWasLate() {
        Entry entry = member.enrol("late").entry();
        done(member.coordinator().renew(member.grant().id()));
        tap.hold(ContainmentTest::isKeepAlive);
        CompletionStage<Outcome<Renewal>> renewing =
                member.coordinator().renew(member.grant().id());
        Awaitility.await().atMost(PATIENCE).until(() -> tap.held() == 1);
        Stamp answered = SystemTicker.INSTANCE.stamp();
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> SystemTicker.INSTANCE.stamp().nanosSince(answered) > 1_500_000_000L);

        tap.release();
        Renewal renewal = done(renewing);
        long fromReceipt = System.nanoTime() + renewal.ttl().toNanos();

        long removed = removed(entry);
        assertThat(removed - Member.deadlineNanos(renewal))
                .as("from the deadline to the removal")
                .isPositive();
        assertThat(renewal.countedFrom().nanosSince(answered))
                .as("counted from before the reply")
                .isNegative();
        assertThat(removed - fromReceipt)
                .as("a deadline that counts from the receipt is caught")
                .isNegative();
    }

    @Test
    void shouldEndBeforeTheEntryWhenNothingIsRenewed() {
        Entry entry = member.enrol("unrenewed").entry();
        Renewal renewal = done(member.coordinator().renew(member.grant().id()));

        assertThat(removed(entry) - Member.deadlineNanos(renewal)).isPositive();
    }

    @Test
    void shouldTakeTheReplyForTheRequestThatItAnswersWhenOneWasGivenUp() {
        member.enrol("order");
        done(member.coordinator().renew(member.grant().id()));
        tap.silence(1, ContainmentTest::isKeepAlive);
        CompletionStage<Outcome<Renewal>> givenUp =
                member.coordinator().renew(member.grant().id());
        assertThat(outcome(givenUp)).isInstanceOf(Outcome.Unavailable.class);
        tap.heal();
        Stamp before = SystemTicker.INSTANCE.stamp();

        Renewal renewal = done(member.coordinator().renew(member.grant().id()));

        assertThat(renewal.countedFrom().nanosSince(before)).isNotNegative();
    }
}
