package dev.incumbent.election.etcd;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/** Faults of real servers, by signals, where they are found. */
@Tag("full")
final class RealFaultTest {

    private static final Map<String, Servers> RUNNING = new ConcurrentHashMap<>();

    private static Servers servers(String series) {
        return RUNNING.computeIfAbsent(series, wanted -> Servers.real(wanted, 3));
    }

    @AfterAll
    static void stop() {
        RUNNING.values().forEach(Servers::close);
        RUNNING.clear();
    }

    /** Of the older series. */
    @Nested
    final class Of34 extends FaultTest {
        @Override
        Servers servers() {
            return RealFaultTest.servers("3.4");
        }
    }

    /** Of the newer series. */
    @Nested
    final class Of35 extends FaultTest {
        @Override
        Servers servers() {
            return RealFaultTest.servers("3.5");
        }
    }
}
