package dev.incumbent.election.consul;

import dev.incumbent.testkit.contract.CoordinatorContractTest;
import dev.incumbent.testkit.contract.CoordinatorHarness;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract, on three servers. */
final class ClusterContractTest extends CoordinatorContractTest {

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
    protected CoordinatorHarness harness() {
        return new Place(servers.endpoints(), options -> options.following(ConsulFollowing.PREDECESSORS));
    }
}
