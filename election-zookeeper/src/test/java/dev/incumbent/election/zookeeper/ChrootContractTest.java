package dev.incumbent.election.zookeeper;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.incumbent.embedded.zookeeper.EmbeddedZooKeeper;
import dev.incumbent.testkit.contract.CoordinatorContractTest;
import dev.incumbent.testkit.contract.CoordinatorHarness;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract below a chroot, on three servers, with an ACL that only a digest opens. */
final class ChrootContractTest extends CoordinatorContractTest {

    private static final byte[] SECRET = "team:secret".getBytes(UTF_8);

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static EmbeddedZooKeeper ensemble;

    @BeforeAll
    static void start() throws Exception {
        ensemble = Place.server(3);
        var client = Place.client(ensemble.directConnectString());
        client.create("/tenant", new byte[0], ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        client.close();
    }

    @AfterAll
    static void stop() {
        ensemble.close();
    }

    @Override
    protected CoordinatorHarness harness() throws Exception {
        Place place = new Place(ensemble, "/tenant/a", options -> options.authorization("digest", SECRET)
                .acl(ZooDefs.Ids.CREATOR_ALL_ACL));
        place.outside().addAuthInfo("digest", SECRET);
        return place;
    }
}
