package dev.incumbent.election.internal.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.CandidacyState;
import dev.incumbent.election.Generation;
import dev.incumbent.election.RevocationCause;
import dev.incumbent.election.spi.Ack;
import dev.incumbent.election.spi.Enrolment;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Refusal;
import dev.incumbent.election.spi.Standing;
import dev.incumbent.fencing.FencingToken;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

/** Any order of events, sensible or not: the rules must hold, and no event may be one that the machine cannot take. */
class CandidacyMachinePropertyTest {

    private enum Kind {
        OPEN,
        RENEW,
        SUSPECT,
        EXPIRE,
        LOSE_SESSION,
        ENROL_NEW_HEAD,
        ENROL_NEW_BEHIND,
        ENROL_OLD,
        ENROL_LOST,
        ENROL_UNAVAILABLE,
        ENROL_REFUSED,
        FOUND,
        NOT_FOUND,
        READ_HEAD,
        READ_BEHIND,
        READ_ORPHAN,
        READ_GONE,
        READ_FAILED,
        PREDECESSOR_GONE,
        PREDECESSOR_ORPHANED,
        OWN_GONE,
        BROKEN,
        WITHDRAWN,
        WITHDRAW_LOST,
        ORPHAN_REMOVED,
        DRAINED,
        RAISE,
        UNFIT,
        FIT,
        FENCED,
        REQUEUE,
        LEAVE,
        PASS_SHORT,
        PASS_LONG,
        SUSPEND
    }

    /** Applies random events and watches the commands. */
    private static final class Run {

        private final Candidate candidate = new Candidate();
        private long epoch = 10;
        private @Nullable FencingToken lastToken;
        private @Nullable Term inOffice;
        private @Nullable Term undrained;
        private boolean ended;

        void apply(Kind kind) {
            if (kind == Kind.DRAINED && undrained != null) {
                candidate.on(new CandidacyEvent.Drained(undrained.number()));
                check();
                undrained = null;
                return;
            }
            long attempt = candidate.model().attempt();
            long follow = candidate.model().follow();
            switch (kind) {
                case OPEN -> candidate.open();
                case RENEW -> candidate.renewLease().on(new CandidacyEvent.SessionRenewed());
                case SUSPECT -> candidate.on(new CandidacyEvent.SessionSuspect("test"));
                case EXPIRE -> candidate.pass(Duration.ofSeconds(11)).on(new CandidacyEvent.LeaseExpired());
                case LOSE_SESSION ->
                    candidate.dropLease().on(new CandidacyEvent.SessionLost(Candidate.SESSION, "test"));
                case ENROL_NEW_HEAD -> enrol(++epoch, Candidate.HEAD);
                case ENROL_NEW_BEHIND -> enrol(++epoch, new Standing.Behind("p", epoch % 2 == 0));
                case ENROL_OLD -> enrol(epoch, Candidate.HEAD);
                case ENROL_LOST -> candidate.on(new CandidacyEvent.EnrolDone(attempt, new Outcome.Ambiguous<>(lost())));
                case ENROL_UNAVAILABLE ->
                    candidate.on(new CandidacyEvent.EnrolDone(attempt, new Outcome.Unavailable<>(lost())));
                case ENROL_REFUSED ->
                    candidate.on(new CandidacyEvent.EnrolDone(
                            attempt, new Outcome.Refused<>(Refusal.GENERATION_CHANGED, "test")));
                case FOUND ->
                    candidate.on(new CandidacyEvent.FindDone(
                            attempt, new Outcome.Done<>(Optional.of(enrolment(++epoch, Candidate.HEAD)))));
                case NOT_FOUND ->
                    candidate.on(new CandidacyEvent.FindDone(attempt, new Outcome.Done<>(Optional.empty())));
                case READ_HEAD -> candidate.read(Candidate.HEAD);
                case READ_BEHIND -> candidate.read(new Standing.Behind("q", true));
                case READ_ORPHAN -> candidate.read(new Standing.BehindOrphan("q", Duration.ofSeconds(10)));
                case READ_GONE -> candidate.read(new Standing.Gone());
                case READ_FAILED ->
                    candidate.on(new CandidacyEvent.StandingRead(
                            candidate.model().read(), new Outcome.Unavailable<>(lost())));
                case PREDECESSOR_GONE -> candidate.on(new CandidacyEvent.PredecessorGone(follow));
                case PREDECESSOR_ORPHANED ->
                    candidate.on(new CandidacyEvent.PredecessorOrphaned(follow, Duration.ofSeconds(10)));
                case OWN_GONE -> candidate.on(new CandidacyEvent.OwnGone(follow));
                case BROKEN -> candidate.on(new CandidacyEvent.FollowBroken(follow, "test"));
                case WITHDRAWN -> candidate.withdrawn();
                case WITHDRAW_LOST ->
                    candidate.on(new CandidacyEvent.WithdrawDone(epoch, new Outcome.Ambiguous<>(lost())));
                case ORPHAN_REMOVED -> candidate.on(new CandidacyEvent.OrphanDone("q", new Outcome.Done<>(Ack.ACK)));
                case RAISE ->
                    candidate
                            .generation(new Generation(Candidate.GENERATION.authority(), epoch))
                            .on(new CandidacyEvent.GenerationChanged());
                case UNFIT -> candidate.on(new CandidacyEvent.HealthChanged(false));
                case FIT -> candidate.on(new CandidacyEvent.HealthChanged(true));
                case FENCED ->
                    candidate.on(new CandidacyEvent.Fenced(candidate.model().terms(), null));
                case REQUEUE -> candidate.on(new CandidacyEvent.Requeue(0));
                case LEAVE -> candidate.on(new CandidacyEvent.Leave(RevocationCause.RESIGNED));
                case PASS_SHORT -> candidate.pass(Duration.ofMillis(50)).woken();
                case PASS_LONG -> candidate.pass(Duration.ofSeconds(12)).woken();
                case SUSPEND -> candidate.suspend(Duration.ofSeconds(2)).woken();
                default -> candidate.woken();
            }
            check();
        }

        private static Throwable lost() {
            return new IllegalStateException("lost");
        }

        private Enrolment enrolment(long number, Standing standing) {
            return new Enrolment(candidate.entry(number), standing);
        }

        private void enrol(long number, Standing standing) {
            candidate.on(new CandidacyEvent.EnrolDone(
                    candidate.model().attempt(), new Outcome.Done<>(enrolment(number, standing))));
        }

        private void check() {
            for (CandidacyCommand command : candidate.commands()) {
                boolean harmless = command instanceof CandidacyCommand.Sweep
                        || command instanceof CandidacyCommand.CancelWake
                        || command instanceof CandidacyCommand.Released;
                assertThat(ended && !harmless).as("%s after the end", command).isFalse();
                if (command instanceof CandidacyCommand.Elect elect) {
                    checkElected(elect.term());
                } else if (command instanceof CandidacyCommand.Revoke revoke) {
                    assertThat(inOffice).as("revoked without a term").isNotNull();
                    assertThat(inOffice.number()).isEqualTo(revoke.term().number());
                    undrained = inOffice;
                    inOffice = null;
                } else if (command instanceof CandidacyCommand.Withdraw) {
                    // S5; a drain that is overdue is no exception with these settings.
                    assertThat(inOffice).as("released in office").isNull();
                    assertThat(candidate.model().draining())
                            .as("released before drained")
                            .isNull();
                } else if (command instanceof CandidacyCommand.End) {
                    assertThat(inOffice).as("ended in office").isNull();
                    assertThat(candidate.model().entry())
                            .as("ended with an entry")
                            .isNull();
                    ended = true;
                }
            }
            assertThat(candidate.phase().inOffice())
                    .isEqualTo(candidate.model().term() != null)
                    .isEqualTo(inOffice != null);
            assertThat(candidate.phase() == CandidacyState.CLOSED).isEqualTo(ended);
        }

        private void checkElected(Term term) {
            FencingToken token = term.entry().token();
            assertThat(inOffice).as("two terms at once").isNull();
            assertThat(undrained)
                    .as("a term before the last one's work has stopped")
                    .isNull();
            if (lastToken != null) {
                assertThat(token.isNewerThan(lastToken))
                        .as("%s after %s", token, lastToken)
                        .isTrue();
            }
            lastToken = token;
            inOffice = term;
        }
    }

    @Provide
    Arbitrary<List<Kind>> histories() {
        // Entering and draining are drawn more often, so that most histories get somewhere.
        Arbitrary<Kind> useful = Arbitraries.of(
                Kind.OPEN,
                Kind.ENROL_NEW_HEAD,
                Kind.ENROL_NEW_BEHIND,
                Kind.DRAINED,
                Kind.WITHDRAWN,
                Kind.PASS_SHORT,
                Kind.RENEW);
        Arbitrary<Kind> any = Arbitraries.of(Kind.class).filter(kind -> kind != Kind.LEAVE);
        Arbitrary<Kind> rarely = Arbitraries.of(Kind.class);
        return Arbitraries.oneOf(useful, useful, any, any, any, rarely).list().ofMaxSize(80);
    }

    @Property(tries = 5000)
    void shouldKeepTheRulesInAnyOrderOfEvents(@ForAll("histories") List<Kind> history) {
        Run run = new Run();
        history.forEach(run::apply);
    }

    @Property(tries = 200)
    void shouldReachOfficeInManyHistories(@ForAll("histories") List<Kind> history) {
        // Not a rule but a check of the property above: histories that never lead would prove nothing.
        Run run = new Run();
        run.apply(Kind.OPEN);
        run.apply(Kind.ENROL_NEW_HEAD);
        assertThat(run.inOffice).isNotNull();
        history.forEach(run::apply);
    }
}
