package dev.incumbent.election;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ElectionConfigTest {

    @ParameterizedTest
    @ValueSource(longs = {200, 1_000, 4_000, 10_000, 30_000, 86_400_000})
    void shouldKeepAllRelationsWhenDerivedFromTheTtl(long ttlMillis) {
        ElectionConfig config = ElectionConfig.forTtl(Duration.ofMillis(ttlMillis));
        Duration needed =
                config.renewInterval().multipliedBy(config.renewAttempts()).plus(config.margin());
        assertThat(needed).isLessThan(config.leaseTtl());
        assertThat(config.leapTolerance()).isLessThanOrEqualTo(config.margin());
    }

    @Test
    void shouldShowTheNumbersWhenRenewalsDoNotFitIntoTheTtl() {
        assertThatThrownBy(() -> ElectionConfig.builder()
                        .leaseTtl(Duration.ofSeconds(10))
                        .renewInterval(Duration.ofSeconds(5))
                        .build())
                .isInstanceOf(ElectionConfigException.class)
                .hasMessageContaining("PT5S x 2 + PT0.5S = PT10.5S")
                .hasMessageContaining("leaseTtl is PT10S");
    }

    @Test
    void shouldRefuseALeapThatCouldOutrunTheMargin() {
        assertThatThrownBy(() -> ElectionConfig.builder()
                        .margin(Duration.ofMillis(100))
                        .leapTolerance(Duration.ofMillis(101))
                        .build())
                .isInstanceOf(ElectionConfigException.class)
                .hasMessageContaining("PT0.101S > PT0.1S");
    }

    @Test
    void shouldRefuseAToleranceFinerThanTheWallClock() {
        assertThatThrownBy(() -> ElectionConfig.builder()
                        .leapTolerance(Duration.ofMillis(1))
                        .build())
                .isInstanceOf(ElectionConfigException.class)
                .hasMessageContaining("PT0.005S");
    }

    @Test
    void shouldRefuseOneAttemptBecauseOneLostReplyWouldCostTheOffice() {
        assertThatThrownBy(() -> ElectionConfig.builder().renewAttempts(1).build())
                .isInstanceOf(ElectionConfigException.class)
                .hasMessageContaining("at least 2");
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.001, 0.11, Double.NaN})
    void shouldRefuseARateErrorThatIsNoSmallFraction(double error) {
        assertThatThrownBy(() -> ElectionConfig.builder().clockRateError(error).build())
                .isInstanceOf(ElectionConfigException.class)
                .hasMessageContaining("clockRateError");
    }

    @Test
    void shouldRefuseATtlThatIsNotPositiveOrTooLong() {
        assertThatThrownBy(() -> ElectionConfig.forTtl(Duration.ZERO))
                .hasMessageContaining("leaseTtl must be positive");
        assertThatThrownBy(() -> ElectionConfig.forTtl(Duration.ofHours(25))).hasMessageContaining("at most 24 h");
    }
}
