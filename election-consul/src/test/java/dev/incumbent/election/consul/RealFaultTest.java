package dev.incumbent.election.consul;

import dev.incumbent.election.ElectionConfig;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** The faults, on processes. */
@Tag("full")
final class RealFaultTest extends FaultTest {

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static Servers servers;

    @BeforeAll
    static void start() {
        servers = Servers.real(3);
    }

    @AfterAll
    static void stop() {
        servers.close();
    }

    @Override
    Servers servers() {
        return servers;
    }

    /** As short as Consul takes to find a new leader and to forget that it had none. */
    @Override
    ElectionConfig timing() {
        return ElectionConfig.forTtl(Duration.ofSeconds(8));
    }
}
