package dev.incumbent.election.etcd;

import dev.incumbent.election.spi.SystemTicker;
import dev.incumbent.testkit.adapter.Member;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests that share one embedded server within their class, each in a place of its own. */
abstract class OnOneServer {

    /** Starts the server with the first test of a class; JUnit closes it after the last. */
    private static final class Shared implements BeforeEachCallback {

        private static final ExtensionContext.Namespace NAMESPACE =
                ExtensionContext.Namespace.create(OnOneServer.class);

        @SuppressWarnings("NullAway.Init") // set before each test
        private Servers servers;

        @Override
        public void beforeEach(ExtensionContext test) {
            ExtensionContext.Store ofClass = test.getParent().orElse(test).getStore(NAMESPACE);
            Class<?> key = test.getRequiredTestClass();
            servers = ofClass.computeIfAbsent(key, first -> Servers.embedded(1), Servers.class);
        }
    }

    @RegisterExtension
    final Shared shared = new Shared();

    @SuppressWarnings("NullAway.Init") // set before each test
    Place place;

    @BeforeEach
    final void openPlace() {
        place = new Place(shared.servers.endpoints());
    }

    @AfterEach
    final void closePlace() throws Exception {
        place.close();
    }

    final List<String> endpoints() {
        return shared.servers.endpoints();
    }

    final Member member(String name) {
        return member(name, place.builder());
    }

    final Member member(String name, EtcdElections.Builder builder) {
        return new Member(name, place.coordinator(builder, SystemTicker.INSTANCE));
    }
}
