package dev.incumbent.election.consul;

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
}
