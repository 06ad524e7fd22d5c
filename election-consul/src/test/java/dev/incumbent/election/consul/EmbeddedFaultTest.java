package dev.incumbent.election.consul;

import dev.incumbent.election.ElectionConfig;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The faults, in this JVM. */
final class EmbeddedFaultTest extends FaultTest {

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static Servers servers;

    @BeforeAll
    static void start() {
        servers = Servers.embedded(3);
    }

    @AfterAll
    static void stop() {
        servers.close();
    }

    @Override
    Servers servers() {
        return servers;
    }

    @Override
    ElectionConfig timing() {
        return Place.TIMING;
    }
}
