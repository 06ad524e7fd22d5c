package dev.incumbent.election.etcd;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Faults of embedded servers. */
final class EmbeddedFaultTest extends FaultTest {

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static Servers running;

    @BeforeAll
    static void start() {
        running = Servers.embedded(3);
    }

    @AfterAll
    static void stop() {
        running.close();
    }

    @Override
    Servers servers() {
        return running;
    }
}
