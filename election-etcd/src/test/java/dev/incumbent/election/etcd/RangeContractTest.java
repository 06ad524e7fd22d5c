package dev.incumbent.election.etcd;

import dev.incumbent.testkit.contract.CoordinatorContractTest;
import dev.incumbent.testkit.contract.CoordinatorHarness;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract, following by one watch over all elections. */
final class RangeContractTest extends CoordinatorContractTest {

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
        return new Place(servers.endpoints(), true, options -> options.following(EtcdFollowing.RANGE));
    }
}
