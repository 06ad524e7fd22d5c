package dev.incumbent.embedded.consul.clients;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.incumbent.realservers.RealConsul;
import dev.incumbent.realservers.RealConsulCluster;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OtherLanguagesOnRealTest extends OtherLanguagesContractTest {

    private @Nullable RealConsulCluster consul;

    @BeforeAll
    void start() {
        assumeTrue(RealConsul.newest().isPresent(), RealConsul.why());
        consul = RealConsulCluster.start(RealConsul.newest().orElseThrow(), 1);
    }

    @Override
    String endpoint() {
        return Objects.requireNonNull(consul).httpEndpoint(1);
    }

    @AfterAll
    void stop() {
        if (consul != null) {
            consul.close();
        }
    }
}
