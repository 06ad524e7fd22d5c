package dev.incumbent.embedded.consul.clients;

import dev.incumbent.embedded.consul.EmbeddedConsul;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OtherLanguagesOnEmbeddedTest extends OtherLanguagesContractTest {

    private final EmbeddedConsul consul = EmbeddedConsul.builder()
            .nodes(3)
            .sessionTtlMin(Duration.ofSeconds(1))
            .start();

    @Override
    String endpoint() {
        return consul.endpoint(2);
    }

    @AfterAll
    void stop() {
        consul.close();
    }
}
