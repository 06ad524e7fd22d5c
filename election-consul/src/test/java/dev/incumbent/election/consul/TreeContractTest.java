package dev.incumbent.election.consul;

import dev.incumbent.testkit.contract.CoordinatorContractTest;
import dev.incumbent.testkit.contract.CoordinatorHarness;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract, with all queues followed by one poll. */
final class TreeContractTest extends CoordinatorContractTest {

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static Servers servers;

    @BeforeAll
    static void start() {
        servers = Servers.embedded(1);
    }

    @AfterAll
    static void stop() {
        servers.close();
    }

    @Override
    protected CoordinatorHarness harness() {
        return new Place(servers.endpoints(), options -> options.following(ConsulFollowing.TREE));
    }
}
