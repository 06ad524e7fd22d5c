package dev.incumbent.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.testkit.simulation.ElectionRun.Result;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** Each mutant breaks a guarantee within a bounded number of seeds, and it is the guarantee that the mistake is about. */
@Isolated("it computes, on all cores")
class MutantsTest {

    private static final int SEEDS = 3_000;

    private static void assertCaught(Wiring mutant, String... invariants) {
        for (long seed = 1; seed <= SEEDS; seed++) {
            Result result = ElectionRun.run(seed, mutant);
            if (result.violation().isPresent()) {
                assertThat(result.violation().orElseThrow().invariant())
                        .as(result.report())
                        .isIn(Set.of((Object[]) invariants));
                assertThat(ElectionRun.run(seed, Wiring.SOUND).violation())
                        .as("the same seed without the mistake")
                        .isEmpty();
                return;
            }
        }
        throw new AssertionError("Not caught by " + SEEDS + " seeds");
    }

    @Test
    void shouldCatchDeadlineFromReceipt() {
        assertCaught(Mutants.DEADLINE_FROM_RECEIPT, "S2");
    }

    @Test
    void shouldCatchDeadlineFromUnprovedHeartbeat() {
        assertCaught(Mutants.DEADLINE_FROM_UNPROVED_HEARTBEAT, "S2");
    }

    @Test
    void shouldCatchClockRateIgnored() {
        assertCaught(Mutants.CLOCK_RATE_IGNORED, "S2");
    }

    @Test
    void shouldCatchStoredBoolean() {
        assertCaught(Mutants.STORED_BOOLEAN, "S2");
    }

    @Test
    void shouldCatchReleaseBeforeDrain() {
        assertCaught(Mutants.RELEASE_BEFORE_DRAIN, "S5");
    }

    @Test
    void shouldCatchBlindRetry() {
        assertCaught(Mutants.BLIND_RETRY, "S4");
    }

    @Test
    void shouldCatchLostReleaseBelieved() {
        assertCaught(Mutants.LOST_RELEASE_BELIEVED, "S4");
    }

    @Test
    void shouldCatchAdoptionOfEndedEntry() {
        assertCaught(Mutants.ADOPTION_OF_ENDED_ENTRY, "S1");
    }

    /** What stands between an entry that was not released and its adoption is the memory of ended terms alone. */
    @Test
    void shouldNotAdoptEndedEntryWhenItWasNotReleased() {
        for (long seed = 1; seed <= 100; seed++) {
            Result result = ElectionRun.run(seed, Mutants.NO_RELEASE);
            assertThat(result.violation().map(Violation::invariant).orElse("none"))
                    .as(result.report())
                    .isNotEqualTo("S1");
        }
    }

    @Test
    void shouldCatchSharedSessionRevoked() {
        assertCaught(Mutants.SHARED_SESSION_REVOKED, "S5");
    }

    @Test
    void shouldCatchEveryPredecessorTakenForDecisive() {
        assertCaught(Mutants.EVERY_PREDECESSOR_DECISIVE, "S4");
    }

    @Test
    void shouldCatchOrphanRemovedAtOnce() {
        assertCaught(Mutants.ORPHAN_REMOVED_AT_ONCE, "S2");
    }

    @Test
    void shouldCatchMissingLeapCheck() {
        // Whoever wakes up may also take an office that somebody else has had meanwhile.
        assertCaught(Mutants.NO_LEAP_CHECK, "S1", "S2");
    }

    @Test
    void shouldCatchEqualTokenRefused() {
        assertCaught(Mutants.EQUAL_TOKEN_REFUSED, "S3");
    }

    @Test
    void shouldCatchMissingFence() {
        assertCaught(Mutants.NO_FENCE, "S3");
    }
}
