package dev.incumbent.election.consul;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.incumbent.election.ElectionConfig;
import dev.incumbent.election.ElectionConfigException;
import dev.incumbent.election.spi.SystemTicker;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Settings that would go wrong only later, or quietly. */
final class SettingsTest {

    @ParameterizedTest
    @ValueSource(strings = {"6f1d0c2e\n", "6f1d\r\n0c2e", "6f1d 0c2e", "6f1d0c2\u00e9", ""})
    void shouldRefuseATokenThatNoHeaderCarriesAndNotRepeatIt(String secret) {
        assertThatThrownBy(() -> ConsulElections.builder().token(secret))
                .isInstanceOf(ElectionConfigException.class)
                .hasMessageContaining("token")
                .hasMessageNotContaining("6f1d");
    }

    /** Consul would look for the agent's node in the other datacenter. */
    @Test
    void shouldRefuseAnotherDatacenterWithoutANodeThere() {
        ConsulElections.Builder builder =
                ConsulElections.builder().endpoints("127.0.0.1:8500").datacenter("dc2");
        assertThatThrownBy(
                        () -> builder.coordinator(ElectionConfig.forTtl(Duration.ofSeconds(10)), SystemTicker.INSTANCE)
                                .close())
                .isInstanceOf(ElectionConfigException.class)
                .hasMessageContaining("sessionNode");
        builder.sessionNode("external")
                .coordinator(ElectionConfig.forTtl(Duration.ofSeconds(10)), SystemTicker.INSTANCE)
                .close();
    }
}
