package dev.incumbent.election.consul;

import dev.incumbent.testkit.contract.ElectionContractTest;
import dev.incumbent.testkit.contract.ElectionHarness;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** What applications rely on, on three servers. */
final class ConsulElectionContractTest extends ElectionContractTest {

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
    protected ElectionHarness harness() {
        return new Place(servers.endpoints(), options -> options.following(ConsulFollowing.AUTO));
    }
}
