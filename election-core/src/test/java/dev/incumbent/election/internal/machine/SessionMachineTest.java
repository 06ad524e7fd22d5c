package dev.incumbent.election.internal.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.ElectionConfig;
import dev.incumbent.election.Generation;
import dev.incumbent.election.Stamp;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Refusal;
import dev.incumbent.election.spi.Renewal;
import dev.incumbent.election.spi.SessionGrant;
import dev.incumbent.election.spi.SessionId;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class SessionMachineTest {

    private static final SessionId SESSION = new SessionId("s1");
    private static final Generation GENERATION = new Generation(new UUID(1, 1), 0);
    private static final Duration TTL = Duration.ofSeconds(10);

    private final Timing timing = Timing.of(ElectionConfig.forTtl(TTL), Duration.ofSeconds(1));
    private SessionState state = SessionState.initial();
    private List<SessionCommand> commands = List.of();
    private long nanos;
    private long wallMillis;

    private void on(SessionEvent event) {
        SessionMachine.Step step = SessionMachine.step(state, event, new Stamp(nanos, wallMillis), 0, timing);
        state = step.state();
        commands = step.commands();
    }

    private void pass(Duration time) {
        nanos += time.toNanos();
        wallMillis += time.toMillis();
    }

    private void open() {
        on(new SessionEvent.Start());
        Stamp sent = new Stamp(nanos, wallMillis);
        pass(Duration.ofMillis(20));
        on(new SessionEvent.OpenDone(
                new Outcome.Done<>(new SessionGrant(SESSION, new Renewal(sent, TTL), GENERATION))));
    }

    private void renewed(Stamp sent) {
        on(new SessionEvent.RenewDone(SESSION, new Outcome.Done<>(new Renewal(sent, TTL))));
    }

    private long wake() {
        return commands.stream()
                .filter(SessionCommand.WakeAt.class::isInstance)
                .mapToLong(command -> ((SessionCommand.WakeAt) command).nanos())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldCountTheFirstLeaseFromBeforeTheOpeningWasSent() {
        open();
        Lease lease = state.lease();
        assertThat(lease).isNotNull().extracting(Lease::countedFrom).isEqualTo(new Stamp(0, 0));
        assertThat(state.phase()).isEqualTo(SessionPhase.OPEN);
        assertThat(commands).contains(new SessionCommand.AnnounceOpened(SESSION));
    }

    @Test
    void shouldRenewAtTheIntervalAndNotWhileARenewalIsUnderWay() {
        open();
        assertThat(wake() - nanos).isEqualTo(timing.renewIntervalNanos());
        pass(Duration.ofNanos(timing.renewIntervalNanos()));
        on(new SessionEvent.Woken());
        assertThat(commands).contains(new SessionCommand.Renew(SESSION));
        pass(Duration.ofMillis(500));
        on(new SessionEvent.Woken());
        assertThat(commands).doesNotContain(new SessionCommand.Renew(SESSION));
    }

    @Test
    void shouldRetryAFailedRenewalSoonButNotSoonerThanTheCoordinatorCanUseIt() {
        open();
        pass(Duration.ofSeconds(4));
        on(new SessionEvent.Woken());
        on(new SessionEvent.RenewDone(SESSION, new Outcome.Unavailable<>(new IllegalStateException("down"))));
        assertThat(state.phase()).isEqualTo(SessionPhase.SUSPECT);
        assertThat(commands).anyMatch(SessionCommand.AnnounceSuspect.class::isInstance);
        assertThat(wake() - nanos).isEqualTo(Duration.ofSeconds(1).toNanos());
    }

    @Test
    void shouldAcceptARenewalThatIsConfirmedAfterItWasGivenUp() {
        open();
        pass(Duration.ofSeconds(4));
        Stamp sent = new Stamp(nanos, wallMillis);
        on(new SessionEvent.Woken());
        pass(Duration.ofSeconds(2));
        on(new SessionEvent.RenewDone(SESSION, new Outcome.Ambiguous<>(new IllegalStateException("late"))));
        renewed(sent);
        assertThat(state.phase()).isEqualTo(SessionPhase.OPEN);
        assertThat(state.lease()).isNotNull().extracting(Lease::countedFrom).isEqualTo(sent);
    }

    @Test
    void shouldAnnounceTheDeadlineOnceAndKeepAskingForTheSession() {
        open();
        pass(Duration.ofSeconds(4));
        on(new SessionEvent.Woken());
        on(new SessionEvent.RenewDone(SESSION, new Outcome.Ambiguous<>(new IllegalStateException("cut"))));
        pass(Duration.ofSeconds(6));
        on(new SessionEvent.Woken());
        assertThat(commands).contains(new SessionCommand.AnnounceExpired(), new SessionCommand.Renew(SESSION));
        on(new SessionEvent.Woken());
        assertThat(commands).doesNotContain(new SessionCommand.AnnounceExpired());
    }

    @Test
    void shouldEndTheOfficesBeforeALateRenewalMakesTheLeaseValidAgain() {
        open();
        pass(Duration.ofSeconds(4));
        Stamp sent = new Stamp(nanos, wallMillis);
        on(new SessionEvent.Woken());
        pass(Duration.ofSeconds(7)); // Past the deadline, and nothing woke the machine in between.
        renewed(sent);
        int expired = commands.indexOf(new SessionCommand.AnnounceExpired());
        int renewed = commands.indexOf(new SessionCommand.AnnounceRenewed());
        assertThat(expired).isNotNegative().isLessThan(renewed);
    }

    @Test
    void shouldReopenOnlyWhenTheCoordinatorSaysThatTheSessionIsGone() {
        open();
        on(new SessionEvent.Lost(SESSION, "expired"));
        assertThat(commands).contains(new SessionCommand.AnnounceLost(SESSION, "expired"));
        assertThat(state.phase()).isEqualTo(SessionPhase.BACKING_OFF);
        pass(Duration.ofSeconds(1));
        on(new SessionEvent.Woken());
        assertThat(commands).contains(new SessionCommand.Open());
    }

    @Test
    void shouldTreatARenewalRefusedForTheSessionAsItsLoss() {
        open();
        pass(Duration.ofSeconds(4));
        on(new SessionEvent.Woken());
        on(new SessionEvent.RenewDone(SESSION, new Outcome.Refused<>(Refusal.SESSION_GONE, "no such session")));
        assertThat(commands).contains(new SessionCommand.AnnounceLost(SESSION, "no such session"));
    }

    @Test
    void shouldIgnoreWhatIsSaidOfAnEarlierSession() {
        open();
        on(new SessionEvent.Lost(new SessionId("s0"), "expired"));
        assertThat(state.phase()).isEqualTo(SessionPhase.OPEN);
    }

    @Test
    void shouldRenewAtOnceWhenAClockLeaptAndStaySuspectUntilARenewalSentAfterIt() {
        open();
        wallMillis += 3_000;
        on(new SessionEvent.Doubted("leap"));
        assertThat(state.phase()).isEqualTo(SessionPhase.SUSPECT);
        assertThat(commands).contains(new SessionCommand.Renew(SESSION));
        renewed(new Stamp(nanos, wallMillis));
        assertThat(state.phase()).isEqualTo(SessionPhase.OPEN);
        assertThat(state.lease()).isNotNull().extracting(Lease::leaps).isEqualTo(1);
    }

    @Test
    void shouldStaySuspectWhenTheConfirmedRenewalWasSentBeforeTheLeap() {
        open();
        pass(Duration.ofSeconds(4));
        Stamp beforeLeap = new Stamp(nanos, wallMillis);
        on(new SessionEvent.Woken());
        wallMillis += 3_000;
        renewed(beforeLeap);
        assertThat(state.phase()).isEqualTo(SessionPhase.SUSPECT);
    }

    @Test
    void shouldUseAnOpeningThatCameLateAndCloseOneThatCameTooLate() {
        on(new SessionEvent.Start());
        on(new SessionEvent.OpenDone(new Outcome.Ambiguous<>(new IllegalStateException("slow"))));
        assertThat(state.phase()).isEqualTo(SessionPhase.BACKING_OFF);
        on(new SessionEvent.OpenDone(
                new Outcome.Done<>(new SessionGrant(SESSION, new Renewal(new Stamp(0, 0), TTL), GENERATION))));
        assertThat(state.phase()).isEqualTo(SessionPhase.OPEN);
        SessionId second = new SessionId("s2");
        on(new SessionEvent.OpenDone(
                new Outcome.Done<>(new SessionGrant(second, new Renewal(new Stamp(0, 0), TTL), GENERATION))));
        assertThat(commands).contains(new SessionCommand.CloseSession(second));
    }

    @Test
    void shouldTellOfARaisedGeneration() {
        open();
        Generation raised = new Generation(GENERATION.authority(), 5);
        on(new SessionEvent.GenerationSeen(raised));
        assertThat(commands).contains(new SessionCommand.AnnounceGeneration(raised));
    }

    @Test
    void shouldCloseTheSessionAndDoNothingMoreWhenClosed() {
        open();
        on(new SessionEvent.Close());
        assertThat(commands).containsExactly(new SessionCommand.CloseSession(SESSION));
        on(new SessionEvent.Woken());
        assertThat(commands).isEmpty();
    }
}
