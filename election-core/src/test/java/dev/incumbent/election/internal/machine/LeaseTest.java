package dev.incumbent.election.internal.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.ElectionConfig;
import dev.incumbent.election.Stamp;
import dev.incumbent.election.spi.Renewal;
import dev.incumbent.election.spi.SessionId;
import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class LeaseTest {

    private static final SessionId SESSION = new SessionId("s");
    private static final Duration TTL = Duration.ofSeconds(10);
    private static final long SECOND = 1_000_000_000L;

    private final Timing timing = Timing.of(
            ElectionConfig.builder()
                    .leaseTtl(TTL)
                    .margin(Duration.ofMillis(500))
                    .leapTolerance(Duration.ofMillis(100))
                    .clockRateError(0.01)
                    .build(),
            Duration.ZERO);

    private Lease at(Stamp sent) {
        return Lease.after(SESSION, new Renewal(sent, TTL), null, timing);
    }

    private Lease renewed(Lease before, Stamp sent, Duration ttl) {
        return Lease.after(SESSION, new Renewal(sent, ttl), before, timing);
    }

    @Test
    void shouldEndBeforeTheCoordinatorsTimeToLiveByRateErrorAndMargin() {
        Lease lease = at(new Stamp(0, 0));
        assertThat(lease.deadlineNanos()).isEqualTo(9_400_000_000L);
        assertThat(lease.covers(9_399_999_999L, 9_399)).isTrue();
        assertThat(lease.covers(9_400_000_000L, 9_400)).isFalse();
    }

    @Test
    void shouldNeverEndSoonerBecauseOfALaterRenewal() {
        Lease lease = renewed(at(new Stamp(0, 0)), new Stamp(SECOND, 1_000), Duration.ofSeconds(2));
        assertThat(lease.deadlineNanos()).isEqualTo(9_400_000_000L);
    }

    @Test
    void shouldForgetADeadlineThatWasCountedBeforeTheMachineSlept() {
        Lease lease = at(new Stamp(0, 0));
        // Three seconds passed unseen: the old deadline, read on this clock, would come three seconds late.
        Lease after = renewed(lease, new Stamp(SECOND, 4_000), Duration.ofSeconds(5));
        assertThat(after.deadlineNanos()).isEqualTo(SECOND + 4_450_000_000L);
    }

    @Test
    void shouldIgnoreARenewalThatIsNoNewer() {
        Lease lease = at(new Stamp(5 * SECOND, 5_000));
        assertThat(renewed(lease, new Stamp(4 * SECOND, 4_000), TTL)).isSameAs(lease);
    }

    @Test
    void shouldNotCoverAfterASuspendUntilRenewedAfterIt() {
        Lease lease = at(new Stamp(0, 0));
        assertThat(lease.covers(SECOND, 1_050)).as("within the tolerance").isTrue();
        assertThat(lease.covers(SECOND, 4_000)).as("the machine slept for 3 s").isFalse();
        Lease after = renewed(lease, new Stamp(SECOND, 4_000), TTL);
        assertThat(after.covers(SECOND, 4_000)).isTrue();
        assertThat(after.leaps()).isEqualTo(1);
    }

    @Test
    void shouldAlsoDoubtAWallClockThatStepsBackSinceItWouldHideALaterSuspend() {
        assertThat(at(new Stamp(0, 10_000)).covers(SECOND, 8_000)).isFalse();
    }

    @Property
    void shouldCoverExactlyTheTimeBeforeTheDeadlineWhateverTheOriginOfNanoTime(
            @ForAll long origin, @ForAll @LongRange(min = 0, max = 20 * SECOND) long elapsed) {
        Lease lease = at(new Stamp(origin, 0));
        // Differences of nanoTime stay right when the counter overflows; so must ours.
        boolean before = elapsed < 9_400_000_000L;
        assertThat((origin + elapsed) - lease.deadlineNanos() < 0).isEqualTo(before);
    }
}
