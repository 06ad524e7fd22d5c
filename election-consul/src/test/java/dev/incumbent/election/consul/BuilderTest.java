package dev.incumbent.election.consul;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.incumbent.election.ElectionConfig;
import dev.incumbent.election.ElectionConfigException;
import dev.incumbent.election.spi.SystemTicker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused before anything is connected. */
final class BuilderTest {

    private static void assertRefused(String text, Consumer<ConsulElections.Builder> options) {
        ConsulElections.Builder builder = ConsulElections.builder().endpoints("127.0.0.1:8500");
        assertThatThrownBy(() -> {
                    options.accept(builder);
                    builder.coordinator(ElectionConfig.forTtl(Duration.ofSeconds(10)), SystemTicker.INSTANCE)
                            .close();
                })
                .isInstanceOf(ElectionConfigException.class)
                .hasMessageContaining(text);
    }

    @Test
    void shouldRefuseWhenNoAgentIsNamed() {
        assertThatThrownBy(() -> ConsulElections.builder().build())
                .isInstanceOf(ElectionConfigException.class)
                .hasMessageContaining("at least one agent");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"ftp://host:1", "http://", "://", "http://a b", "host:port:1", "http://host", "http://u:p@host:1"
            })
    void shouldRefuseAnEndpointThatIsNone(String url) {
        assertRefused("endpoint", builder -> builder.endpoints(url));
    }

    @Test
    void shouldRefuseATimeToLiveBelowWhatConsulTakes() {
        assertThatThrownBy(() -> ConsulElections.builder()
                        .endpoints("127.0.0.1:8500")
                        .leaseTtl(Duration.ofSeconds(9))
                        .build())
                .isInstanceOf(ElectionConfigException.class)
                .hasMessageContaining("PT10S")
                .hasMessageContaining("PT9S");
    }

    @Test
    void shouldRefusePathsThatDoNotFit() {
        assertRefused("slash", builder -> builder.root(""));
        assertRefused("slash", builder -> builder.root("/incumbent"));
        assertRefused("slash", builder -> builder.sharedKey("a", "b/"));
        assertRefused("share", builder -> builder.sharedKey("a", "k").sharedKey("b", "k"));
        assertRefused("below the root", builder -> builder.root("r").sharedKey("a", "r/elections/a"));
    }

    @Test
    void shouldRefuseMoreSharedKeysThanARaiseCanDelete() {
        assertRefused("60", builder -> {
            for (int i = 0; i <= Raise.MOST_SHARED_KEYS; i++) {
                builder.sharedKey("e" + i, "k" + i);
            }
        });
    }

    @Test
    void shouldRefuseALockDelayThatDoesNotCoverTheHolder() {
        assertRefused(
                "longer than leaseTtl", builder -> builder.sharedKey("a", "k").lockDelay(Duration.ofSeconds(10)));
        assertRefused("PT1M", builder -> builder.lockDelay(Duration.ofSeconds(61)));
        assertThatThrownBy(() -> ConsulElections.builder()
                        .endpoints("127.0.0.1:8500")
                        .leaseTtl(Duration.ofSeconds(58))
                        .sharedKey("a", "k")
                        .build())
                .isInstanceOf(ElectionConfigException.class)
                .hasMessageContaining("PT1M3.8S");
    }

    @Test
    void shouldRefuseCertificatesThatAreNotThereAndPlainEndpointsBesideThem() {
        assertRefused("TLS", builder -> builder.trust(Path.of("nowhere.pem")));
        assertRefused(
                "says http", builder -> builder.trust(Path.of("nowhere.pem")).endpoints("http://a:1"));
    }

    @Test
    void shouldNotShowTheToken() {
        assertThat(new Token("6f1d0c2e-secret")).asString().doesNotContain("6f1d0c2e");
        assertThat(new Question("PUT", "/v1/kv/a", java.util.List.of(), "secret"))
                .asString()
                .doesNotContain("secret");
    }
}
