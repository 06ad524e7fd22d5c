package dev.incumbent.testkit.linearizability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.testkit.linearizability.RegisterInput.CompareAndSet;
import dev.incumbent.testkit.linearizability.RegisterInput.Delete;
import dev.incumbent.testkit.linearizability.RegisterInput.Read;
import dev.incumbent.testkit.linearizability.RegisterInput.Write;
import dev.incumbent.testkit.linearizability.RegisterOutput.Changed;
import dev.incumbent.testkit.linearizability.RegisterOutput.Found;
import dev.incumbent.testkit.linearizability.RegisterOutput.Unchanged;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LinearizabilityTest {

    private static final long STEPS = 100_000;

    private final List<Operation<RegisterInput, RegisterOutput>> history = new ArrayList<>();

    // ---- good ones

    @Test
    void shouldAcceptAHistoryWithoutOperations() {
        assertThat(verdict()).isInstanceOf(Verdict.Linearizable.class);
    }

    @Test
    void shouldAcceptOperationsOneAfterTheOther() {
        done(1, 2, new Read(), absent(0));
        done(3, 4, new Write("a"), new Changed(5));
        done(5, 6, new Read(), found("a", 5));
        done(7, 8, new CompareAndSet(5, "b"), new Changed(6));
        done(9, 10, new CompareAndSet(5, "c"), new Unchanged(6));
        done(11, 12, new Delete(), new Changed(7));
        done(13, 14, new Delete(), new Unchanged(7));
        done(15, 16, new CompareAndSet(0, "d"), new Changed(8));
        done(17, 18, new Read(), found("d", 8));

        assertThat(order()).isEqualTo(history);
    }

    @Test
    void shouldFindTheOnlyOrderOfOverlappingOperations() {
        done(1, 10, new Write("a"), new Changed(2));
        done(2, 9, new Write("b"), new Changed(3));
        done(3, 8, new Read(), found("a", 2));
        done(4, 7, new Read(), absent(0));

        assertThat(order()).containsExactly(history.get(3), history.get(0), history.get(2), history.get(1));
    }

    @Test
    void shouldAcceptAReadThatSeesAWriteWhoseAnswerWasLost() {
        open(1, new Write("a"));
        done(2, 3, new Read(), absent(0));
        done(4, 5, new Read(), found("a", 2));
        done(6, 7, new CompareAndSet(2, "b"), new Changed(3));

        assertThat(verdict()).isInstanceOf(Verdict.Linearizable.class);
    }

    @Test
    void shouldAcceptThatALostWriteNeverHappened() {
        open(1, new Write("a"));
        open(1, new Delete());
        done(2, 3, new Write("b"), new Changed(2));
        done(4, 5, new Read(), found("b", 2));

        assertThat(verdict()).isInstanceOf(Verdict.Linearizable.class);
    }

    @Test
    void shouldAcceptThatALostWriteTookEffectMuchLater() {
        open(1, new Write("late"));
        done(2, 3, new Write("b"), new Changed(2));
        done(4, 5, new Read(), found("b", 2));
        done(6, 7, new Read(), found("late", 3));

        assertThat(verdict()).isInstanceOf(Verdict.Linearizable.class);
    }

    @Test
    void shouldAcceptAFailedComparisonAgainstAnUnknownRevision() {
        done(1, 2, new Write("a"), new Changed(2));
        open(3, new Write("b"));
        done(4, 5, new CompareAndSet(2, "c"), new Unchanged(3));
        done(6, 7, new Read(), found("b", 3));

        assertThat(verdict()).isInstanceOf(Verdict.Linearizable.class);
    }

    // ---- bad ones

    @Test
    void shouldRejectAStaleRead() {
        done(1, 2, new Write("a"), new Changed(2));
        done(3, 4, new Write("b"), new Changed(3));
        done(5, 6, new Read(), found("a", 2));

        assertThat(verdict())
                .isEqualTo(new Verdict.NotLinearizable<>(history.subList(0, 2), history.subList(2, 3)))
                .asString()
                .contains("Found");
    }

    @Test
    void shouldRejectAReadThatGoesBack() {
        open(1, new Write("a"));
        done(2, 3, new Read(), found("a", 2));
        done(4, 5, new Read(), absent(0));

        assertThat(verdict()).isInstanceOf(Verdict.NotLinearizable.class);
    }

    @Test
    void shouldRejectAnAcknowledgedWriteThatIsLost() {
        done(1, 2, new Write("a"), new Changed(2));
        done(3, 4, new Read(), absent(2));

        assertThat(verdict()).isInstanceOf(Verdict.NotLinearizable.class);
    }

    @Test
    void shouldRejectAWriteThatTakesEffectTwice() {
        done(1, 2, new Write("a"), new Changed(2));
        done(3, 4, new Write("b"), new Changed(3));
        done(5, 6, new Read(), found("a", 4));

        assertThat(verdict()).isInstanceOf(Verdict.NotLinearizable.class);
    }

    @Test
    void shouldRejectTwoWinnersOfOneComparison() {
        done(1, 4, new CompareAndSet(0, "a"), new Changed(2));
        done(2, 3, new CompareAndSet(0, "b"), new Changed(3));

        assertThat(verdict()).isInstanceOf(Verdict.NotLinearizable.class);
    }

    @Test
    void shouldRejectAValueFromNowhere() {
        open(1, new Write("a"));
        done(2, 3, new Read(), found("b", 2));

        assertThat(verdict()).isInstanceOf(Verdict.NotLinearizable.class);
    }

    @Test
    void shouldRejectARevisionThatIsNotTheWrites() {
        done(1, 2, new Write("a"), new Changed(2));
        done(3, 4, new Read(), found("a", 3));

        assertThat(verdict()).isInstanceOf(Verdict.NotLinearizable.class);
    }

    @Test
    void shouldRejectALostWriteThatIsSeenBeforeItsCall() {
        done(1, 2, new Read(), found("a", 2));
        open(3, new Write("a"));

        assertThat(verdict()).isInstanceOf(Verdict.NotLinearizable.class);
    }

    @Test
    void shouldSayThatItGaveUpWhenTheStepsRunOut() {
        done(1, 2, new Write("a"), new Changed(2));
        done(3, 4, new Write("b"), new Changed(3));

        assertThat(Linearizability.check(new VersionedRegister(), history, 1)).isEqualTo(new Verdict.Undecided<>(1));
    }

    // ---- helpers

    private Verdict<RegisterInput, RegisterOutput> verdict() {
        return Linearizability.check(new VersionedRegister(), history, STEPS);
    }

    private List<Operation<RegisterInput, RegisterOutput>> order() {
        return verdict() instanceof Verdict.Linearizable<RegisterInput, RegisterOutput> found
                ? found.order()
                : List.of();
    }

    private void done(long called, long returned, RegisterInput input, RegisterOutput output) {
        history.add(Operation.completed(1, input, output, called, returned));
    }

    private void open(long called, RegisterInput input) {
        history.add(Operation.open(2, input, called));
    }

    private static Found found(String value, long revision) {
        return new Found(Optional.of(value), revision, revision);
    }

    private static Found absent(long storeRevision) {
        return new Found(Optional.empty(), 0, storeRevision);
    }
}
