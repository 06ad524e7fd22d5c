package dev.incumbent.fencing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FencingTokenTest {

    private static final UUID AUTHORITY = UUID.fromString("6fa459ea-ee8a-3ca4-894e-db77e160355e");

    @ParameterizedTest
    @CsvSource({
        "0, 2, 0, 1, true",
        "0, 1, 0, 1, false",
        "0, 1, 0, 2, false",
        "1, 1, 0, 9223372036854775807, true",
        "0, 9223372036854775807, 1, 1, false",
        "1700000000, 5, 1700000000, 4, true"
    })
    void shouldOrderByGenerationThenEpoch(
            long generation, long epoch, long oldGeneration, long oldEpoch, boolean newer) {
        FencingToken token = new FencingToken(AUTHORITY, "e", generation, epoch);

        assertThat(token.isNewerThan(new FencingToken(AUTHORITY, "e", oldGeneration, oldEpoch)))
                .isEqualTo(newer);
    }

    @Test
    void shouldRefuseToCompareWhenAuthorityOrElectionDiffers() {
        FencingToken token = new FencingToken(AUTHORITY, "billing", 0, 2);
        FencingToken otherAuthority = new FencingToken(new UUID(1, 1), "billing", 0, 1);
        FencingToken otherElection = new FencingToken(AUTHORITY, "shipping", 0, 1);

        for (FencingToken other : new FencingToken[] {otherAuthority, otherElection}) {
            assertThat(token.sameScope(other)).isFalse();
            assertThatThrownBy(() -> token.isNewerThan(other))
                    .isInstanceOfSatisfying(ForeignTokenException.class, foreign -> {
                        assertThat(foreign.token()).isEqualTo(token);
                        assertThat(foreign.other()).isEqualTo(other);
                    });
        }
    }

    @ParameterizedTest
    @CsvSource({"' ', 0, 1", "'', 0, 1", "e, -1, 1", "e, 0, 0", "e, 0, -1"})
    void shouldRefuseValuesOutOfRange(String election, long generation, long epoch) {
        assertThatIllegalArgumentException().isThrownBy(() -> new FencingToken(AUTHORITY, election, generation, epoch));
    }

    @Test
    void shouldReadWellWhenPrinted() {
        assertThat(new FencingToken(AUTHORITY, "billing/settlement", 0, 42))
                .hasToString("billing/settlement#42 (generation 0, authority 6fa459ea-ee8a-3ca4-894e-db77e160355e)");
    }
}
