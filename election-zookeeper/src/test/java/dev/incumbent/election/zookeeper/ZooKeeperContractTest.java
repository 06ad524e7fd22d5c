package dev.incumbent.election.zookeeper;

import dev.incumbent.embedded.zookeeper.EmbeddedZooKeeper;
import dev.incumbent.testkit.contract.CoordinatorContractTest;
import dev.incumbent.testkit.contract.CoordinatorHarness;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract, on one server. */
final class ZooKeeperContractTest extends CoordinatorContractTest {

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static EmbeddedZooKeeper server;

    @BeforeAll
    static void start() {
        server = Place.server(1);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Override
    protected CoordinatorHarness harness() throws Exception {
        return new Place(server);
    }
}
