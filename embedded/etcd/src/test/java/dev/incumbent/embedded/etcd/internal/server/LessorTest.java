package dev.incumbent.embedded.etcd.internal.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.embedded.etcd.internal.server.Lessor.Renewal;
import dev.incumbent.embedded.etcd.wire.command.Command;
import dev.incumbent.embedded.etcd.wire.command.ExpiredLease;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Time is an argument: nothing here waits. */
class LessorTest {

    private static final long LEASE = 7;
    private static final long TTL = 10;
    private static final long START = 5_000_000_000L;

    private final LocalNode node = new LocalNode();
    private final Lessor lessor = new Lessor(TestSettings.settings());

    private static long at(double seconds) {
        return START + (long) (seconds * TimeUnit.SECONDS.toNanos(1));
    }

    private void leadAndGrant() {
        lessor.changed(node.leads(1));
        assertThat(lessor.sweep(node.machine(), at(0))).isEmpty();
        node.grant(LEASE, TTL);
        assertThat(lessor.sweep(node.machine(), at(0))).isEmpty();
    }

    private boolean isThere() {
        return node.machine().lease(LEASE).isPresent();
    }

    @Test
    void shouldExpireALeaseOnlyWhenItsTimeIsUp() {
        leadAndGrant();
        assertThat(lessor.sweep(node.machine(), at(TTL - 0.001))).isEmpty();
        Command expiry = lessor.sweep(node.machine(), at(TTL)).orElseThrow();
        assertThat(expiry.getExpireLeases().getLeasesList())
                .extracting(ExpiredLease::getId)
                .containsExactly(LEASE);
        assertThat(isThere()).isTrue();
        node.apply(expiry);
        assertThat(isThere()).isFalse();
    }

    @Test
    void shouldCountFromTheRenewalWhenItWasRenewed() {
        leadAndGrant();
        assertThat(lessor.renew(node.machine(), LEASE, at(9.9))).isEqualTo(new Renewal.Renewed(TTL));
        assertThat(lessor.sweep(node.machine(), at(19.8))).isEmpty();
        assertThat(lessor.sweep(node.machine(), at(19.9))).isPresent();
    }

    @Test
    void shouldNeverRenewWhatIsOverEvenIfNobodyHasSweptYet() {
        leadAndGrant();
        assertThat(lessor.renew(node.machine(), LEASE, at(TTL))).isEqualTo(new Renewal.Ending());
        assertThat(lessor.renew(node.machine(), LEASE, at(TTL - 1))).isEqualTo(new Renewal.Renewed(TTL));
        Command expiry = lessor.sweep(node.machine(), at(2 * TTL)).orElseThrow();
        assertThat(lessor.renew(node.machine(), LEASE, at(2 * TTL + 1))).isEqualTo(new Renewal.Ending());
        node.apply(expiry);
        assertThat(lessor.renew(node.machine(), LEASE, at(2 * TTL + 1))).isEqualTo(new Renewal.Unknown());
    }

    @Test
    void shouldProposeOneExpiryAtATimeAndAgainWhatFailed() {
        leadAndGrant();
        assertThat(lessor.sweep(node.machine(), at(TTL))).isPresent();
        assertThat(lessor.sweep(node.machine(), at(TTL + 1))).isEmpty();
        lessor.proposed();
        assertThat(lessor.sweep(node.machine(), at(TTL + 2))).isPresent();
    }

    @Test
    void shouldGiveEachLeaseItsWholeTimeAndAnElectionWhenATermBegins() {
        leadAndGrant();
        lessor.changed(LocalNode.follows(2));
        assertThat(lessor.renew(node.machine(), LEASE, at(5))).isEqualTo(new Renewal.NotLeader());
        assertThat(lessor.remaining(node.machine(), LEASE, at(5))).isEmpty();
        assertThat(lessor.sweep(node.machine(), at(50))).isEmpty();

        lessor.changed(node.leads(3));
        double promoted = 50;
        assertThat(lessor.sweep(node.machine(), at(promoted))).isEmpty();
        assertThat(lessor.remaining(node.machine(), LEASE, at(promoted)))
                .hasValue(TimeUnit.SECONDS.toNanos(TTL) + TestSettings.ELECTION.toNanos());
        assertThat(lessor.sweep(node.machine(), at(promoted + TTL + 0.999))).isEmpty();
        assertThat(lessor.sweep(node.machine(), at(promoted + TTL + 1))).isPresent();
    }

    /** etcd issue 15247: there, what a deposed leader had queued ended leases that the new one had renewed. */
    @Test
    void shouldPassOverWhatADeposedLeaderDecided() {
        leadAndGrant();
        Command late = lessor.sweep(node.machine(), at(TTL)).orElseThrow();
        Lessor successor = new Lessor(TestSettings.settings());
        successor.changed(node.leads(2));
        assertThat(successor.renew(node.machine(), LEASE, at(TTL + 1))).isEqualTo(new Renewal.Renewed(TTL));
        // It reaches the log through the successor, in the successor's term.
        node.apply(late);
        assertThat(isThere()).isTrue();
        assertThat(successor.renew(node.machine(), LEASE, at(TTL + 2))).isEqualTo(new Renewal.Renewed(TTL));
    }

    @Test
    void shouldTakeALeaseThatWasGrantedAnewForAnother() {
        leadAndGrant();
        Command late = lessor.sweep(node.machine(), at(TTL)).orElseThrow();
        node.apply(late);
        node.grant(LEASE, TTL);
        node.apply(late);
        assertThat(isThere()).isTrue();
        lessor.proposed();
        assertThat(lessor.sweep(node.machine(), at(TTL + 1))).isEmpty();
        assertThat(lessor.sweep(node.machine(), at(2 * TTL + 1))).isPresent();
    }

    @Test
    void shouldEndALeaseEarlyOnlyWhereItLeads() {
        leadAndGrant();
        assertThat(lessor.cutShort(node.machine(), LEASE, at(1))).isTrue();
        assertThat(lessor.sweep(node.machine(), at(1))).isPresent();
        lessor.changed(LocalNode.follows(2));
        assertThat(lessor.cutShort(node.machine(), LEASE, at(1))).isFalse();
    }

    /** An expiry of its may still be under way, and would be carried out: it is of this term. */
    @Test
    void shouldNotForgetWhatIsOverWhenItLosesSightOfItsMajorityForAMoment() {
        leadAndGrant();
        Command expiry = lessor.sweep(node.machine(), at(TTL)).orElseThrow();
        lessor.changed(LocalNode.follows(1));
        assertThat(lessor.renew(node.machine(), LEASE, at(TTL + 1))).isEqualTo(new Renewal.NotLeader());
        lessor.changed(node.leads(1));
        assertThat(lessor.renew(node.machine(), LEASE, at(TTL + 2))).isEqualTo(new Renewal.Ending());
        assertThat(lessor.sweep(node.machine(), at(TTL + 2))).isEmpty();
        node.apply(expiry);
        assertThat(isThere()).isFalse();
    }
}
