package dev.incumbent.election.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.incumbent.election.ElectionConfig;
import dev.incumbent.election.ElectionConfigException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class TimingsTest {

    private static final Duration TICK = Duration.ofSeconds(2);

    private static Duration seconds(double seconds) {
        return Duration.ofMillis(Math.round(seconds * 1000));
    }

    private static void check(ElectionConfig config) {
        new Timings(config, TICK).check();
    }

    @Test
    void shouldAcceptTheDefaults() {
        assertThatCode(() -> check(ElectionConfig.builder().build())).doesNotThrowAnyException();
    }

    @Test
    void shouldAcceptFourTicksWithTimingDerivedFromThem() {
        assertThatCode(() -> check(ElectionConfig.forTtl(seconds(8)))).doesNotThrowAnyException();
    }

    @Test
    void shouldRefuseLessThanFourTicksAndShowTheNumbers() {
        assertThatThrownBy(() -> check(ElectionConfig.forTtl(seconds(7.9))))
                .isInstanceOf(ElectionConfigException.class)
                .hasMessageContaining("4 ticks")
                .hasMessageContaining("PT7.9S")
                .hasMessageContaining("PT2S");
    }

    @Test
    void shouldRefuseARenewIntervalBelowATick() {
        ElectionConfig config = ElectionConfig.builder()
                .leaseTtl(seconds(12))
                .renewInterval(seconds(1.9))
                .build();

        assertThatThrownBy(() -> check(config))
                .isInstanceOf(ElectionConfigException.class)
                .hasMessageContaining("PT1.9S");
    }

    @Test
    void shouldRefuseWhenTwoIntervalsAndACallDoNotFit() {
        ElectionConfig config = ElectionConfig.builder()
                .leaseTtl(seconds(10))
                .renewInterval(seconds(4))
                .callTimeout(seconds(1.5))
                .margin(seconds(0.5))
                .build();

        assertThatThrownBy(() -> check(config))
                .isInstanceOf(ElectionConfigException.class)
                .hasMessageContaining("2 x PT4S + PT1.5S + PT0.5S = PT10S")
                .hasMessageContaining("PT10S");
    }

    @Test
    void shouldComplainWhenTheServersGrantLess() {
        Timings timings = new Timings(ElectionConfig.forTtl(seconds(20)), TICK);

        assertThat(timings.complaintAbout(seconds(20))).isEmpty();
        assertThat(timings.complaintAbout(seconds(40))).isEmpty();
        assertThat(timings.complaintAbout(seconds(16)))
                .hasValueSatisfying(why -> assertThat(why).contains("PT16S").contains("granted"));
    }

    @Test
    void shouldSpaceBeatsByMoreThanATickOnTheSlowestClock() {
        ElectionConfig config = ElectionConfig.builder()
                .leaseTtl(seconds(20))
                .clockRateError(0.01)
                .build();

        assertThat(new Timings(config, TICK).spacing()).isGreaterThan(seconds(2.02));
    }
}
