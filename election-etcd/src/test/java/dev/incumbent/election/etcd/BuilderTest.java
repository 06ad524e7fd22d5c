package dev.incumbent.election.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.incumbent.election.ElectionConfig;
import dev.incumbent.election.ElectionConfigException;
import dev.incumbent.election.spi.Coordinator;
import dev.incumbent.election.spi.SystemTicker;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused before anything is connected. */
final class BuilderTest {

    private static void assertRefused(String text, Consumer<EtcdElections.Builder> options) {
        EtcdElections.Builder builder = EtcdElections.builder().endpoints("127.0.0.1:2379");
        assertThatThrownBy(() -> {
                    options.accept(builder);
                    Coordinator coordinator =
                            builder.coordinator(ElectionConfig.forTtl(Duration.ofSeconds(10)), SystemTicker.INSTANCE);
                    coordinator.close();
                })
                .isInstanceOf(ElectionConfigException.class)
                .hasMessageContaining(text);
    }

    @Test
    void shouldRefuseWhenNoEndpointIsNamed() {
        assertThatThrownBy(() -> EtcdElections.builder().build())
                .isInstanceOf(ElectionConfigException.class)
                .hasMessageContaining("endpoint");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://host:1", "http://", "://", "http://a b", "host:port:1"})
    void shouldRefuseAnEndpointThatIsNone(String url) {
        assertRefused("Not an endpoint", builder -> builder.endpoints(url));
    }

    @Test
    void shouldRefuseATimeToLiveBelowWhatEtcdGrants() {
        assertThatThrownBy(() -> EtcdElections.builder()
                        .endpoints("127.0.0.1:2379")
                        .leaseTtl(Duration.ofMillis(1900))
                        .build())
                .isInstanceOf(ElectionConfigException.class)
                .hasMessageContaining("PT2S")
                .hasMessageContaining("PT1.9S");
    }

    @Test
    void shouldRefusePathsThatOverlap() {
        assertRefused("share", builder -> builder.nativePath("a", "p").nativePath("b", "p"));
        assertRefused("below nor above", builder -> builder.root("/r").nativePath("a", "/r/elections/x"));
        assertRefused("below nor above", builder -> builder.root("/r/s").nativePath("a", "/r"));
        assertRefused("below another", builder -> builder.nativePath("a", "p").nativePath("b", "p/q"));
        assertRefused("slash", builder -> builder.nativePath("a", "p/"));
        assertRefused("slash", builder -> builder.root(""));
    }

    @Test
    void shouldRefuseMoreNativePathsThanARaiseCanEmpty() {
        assertRefused("100", builder -> {
            for (int i = 0; i <= Raise.MOST_NATIVE_PATHS; i++) {
                builder.nativePath("e" + i, "p" + i);
            }
        });
    }

    @Test
    void shouldRefuseCertificatesThatAreNotThere() {
        assertRefused("TLS", builder -> builder.trust(java.nio.file.Path.of("nowhere.pem")));
    }

    @Test
    void shouldNotShowThePassword() {
        assertThat(new Credentials("ann", "secret")).asString().contains("ann").doesNotContain("secret");
    }
}
