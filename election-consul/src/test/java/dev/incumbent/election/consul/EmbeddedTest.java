package dev.incumbent.election.consul;

import dev.incumbent.election.ElectionConfig;
import dev.incumbent.election.spi.SystemTicker;
import dev.incumbent.testkit.adapter.Member;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A server for all tests of one class, and a place of its own for each of them. */
abstract class EmbeddedTest {

    private static final Map<Class<?>, Servers> RUNNING = new ConcurrentHashMap<>();

    @SuppressWarnings("NullAway.Init") // set before each test
    private Place place;

    @BeforeEach
    final void open() {
        List<String> endpoints =
                RUNNING.computeIfAbsent(getClass(), test -> Servers.embedded(1)).endpoints();
        place = new Place(endpoints, timing());
    }

    @AfterEach
    final void close() throws Exception {
        place.close();
    }

    @AfterAll
    static void stop(org.junit.jupiter.api.TestInfo test) {
        Servers servers = RUNNING.remove(test.getTestClass().orElseThrow());
        if (servers != null) {
            servers.close();
        }
    }

    ElectionConfig timing() {
        return Place.TIMING;
    }

    Place place() {
        return place;
    }

    Member member(String name) {
        return new Member(name, place.connect(SystemTicker.INSTANCE));
    }

    Member member(String name, Tap tap) {
        return member(name, place.builder().tap(tap));
    }

    Member member(String name, ConsulElections.Builder builder) {
        return new Member(name, place.coordinator(builder, SystemTicker.INSTANCE));
    }
}
