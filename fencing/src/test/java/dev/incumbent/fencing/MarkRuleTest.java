package dev.incumbent.fencing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The rule's table; the contract holds the guards to it. */
class MarkRuleTest {

    private static final long NOW = 1_800_000_000;
    private static final long DAY = 86_400;
    private static final UUID AUTHORITY = new UUID(1, 2);
    private static final FenceScope SCOPE = new FenceScope("e", "ledger");

    private final MarkRule rule = MarkRule.on(() -> Instant.ofEpochSecond(NOW));

    @Test
    void shouldCapGenerationAtOneDayFromNowWhenSealing() {
        assertThat(rule.seal(SCOPE, null, generation(NOW + DAY))).isEmpty();
        assertThat(rule.seal(SCOPE, null, generation(NOW + DAY + 1)))
                .contains(new Refusal.Implausible(NOW + DAY + 1, NOW + DAY));
    }

    @Test
    void shouldUseTheSystemClockWhenStandard() {
        long aboutNow = SystemClock.INSTANCE.instant().getEpochSecond();

        assertThat(MarkRule.standard().seal(SCOPE, null, generation(aboutNow))).isEmpty();
        assertThat(MarkRule.standard().seal(SCOPE, null, generation(aboutNow + 2 * DAY)))
                .isPresent();
    }

    @Test
    void shouldDecideAccessByEquality() {
        assertThat(access(epoch(2), epoch(2))).isNull();
        assertThat(access(epoch(2), epoch(1))).isEqualTo(new Refusal.Stale(epoch(2)));
        assertThat(access(epoch(2), epoch(3))).isEqualTo(new Refusal.Unsealed(epoch(2)));
        assertThat(access(null, epoch(1))).isEqualTo(new Refusal.Unsealed(null));
        assertThat(access(epoch(2), null)).isEqualTo(new Refusal.Missing());
        assertThat(access(null, null)).isEqualTo(new Refusal.Missing());
    }

    @Test
    void shouldRefuseForeignTokensWithoutComparing() {
        FencingToken otherAuthority = new FencingToken(new UUID(9, 9), "e", 0, 1);
        FencingToken otherElection = new FencingToken(AUTHORITY, "f", 0, 1);

        assertThat(access(epoch(2), otherAuthority)).isEqualTo(new Refusal.Foreign(epoch(2)));
        assertThat(access(epoch(2), otherElection)).isEqualTo(new Refusal.Foreign(epoch(2)));
        assertThat(access(null, otherElection)).isEqualTo(new Refusal.Foreign(null));
        assertThat(rule.seal(SCOPE, null, otherElection)).contains(new Refusal.Foreign(null));
        assertThat(rule.seal(SCOPE, epoch(2), otherAuthority)).contains(new Refusal.Foreign(epoch(2)));
    }

    @Test
    void shouldExplainEveryRefusal() {
        assertThat(new Refusal.Stale(epoch(2)).explain()).contains("sealed by e#2");
        assertThat(new Refusal.Stale(null).explain()).contains("its entry stands no longer");
        assertThat(new Refusal.Unsealed(null).explain()).contains("nobody has");
        assertThat(new Refusal.Unsealed(epoch(2)).explain())
                .contains("older e#2")
                .contains("restored backup");
        assertThat(new Refusal.Missing().explain()).contains("no token");
        assertThat(new Refusal.Foreign(epoch(2)).explain()).contains("than the mark e#2");
        assertThat(new Refusal.Implausible(7, 5).explain()).contains("7").contains("5");
    }

    private @Nullable Refusal access(@Nullable FencingToken mark, @Nullable FencingToken token) {
        return rule.access(SCOPE, mark, token).orElse(null);
    }

    private static FencingToken epoch(long epoch) {
        return new FencingToken(AUTHORITY, "e", 0, epoch);
    }

    private static FencingToken generation(long generation) {
        return new FencingToken(AUTHORITY, "e", generation, 1);
    }
}
