package dev.incumbent.testkit.linearizability;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RevisionOrderTest {

    private static final Operation<RegisterInput, RegisterOutput> WRITE_5 = change(1, 2, 5);

    @Test
    void shouldAcceptOverlappingChangesInEitherOrder() {
        assertThat(RevisionOrder.violation(List.of(change(1, 4, 6), change(2, 3, 5), read(2, 3, 4))))
                .isEmpty();
    }

    @Test
    void shouldRejectAChangeThatIsNumberedBelowAnEarlierOneOfAnotherKey() {
        assertThat(RevisionOrder.violation(List.of(WRITE_5, change(3, 4, 4)))).isPresent();
    }

    @Test
    void shouldRejectAReadOfAStoreThatIsOlderThanAnEarlierAnswer() {
        assertThat(RevisionOrder.violation(List.of(WRITE_5, read(3, 4, 5)))).isEmpty();
        assertThat(RevisionOrder.violation(List.of(WRITE_5, read(3, 4, 4)))).isPresent();
        assertThat(RevisionOrder.violation(List.of(read(1, 2, 5), read(3, 4, 4))))
                .isPresent();
    }

    @Test
    void shouldRejectTwoChangesOfOneRevision() {
        assertThat(RevisionOrder.violation(List.of(WRITE_5, change(1, 9, 5)))).isPresent();
    }

    private static Operation<RegisterInput, RegisterOutput> change(long called, long returned, long revision) {
        return Operation.completed(
                1, new RegisterInput.Write("x"), new RegisterOutput.Changed(revision), called, returned);
    }

    private static Operation<RegisterInput, RegisterOutput> read(long called, long returned, long storeRevision) {
        return Operation.completed(
                2,
                new RegisterInput.Read(),
                new RegisterOutput.Found(Optional.empty(), 0, storeRevision),
                called,
                returned);
    }
}
