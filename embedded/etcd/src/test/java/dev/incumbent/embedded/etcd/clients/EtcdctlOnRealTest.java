package dev.incumbent.embedded.etcd.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.incumbent.realservers.CommandResult;
import dev.incumbent.realservers.RealEtcd;
import dev.incumbent.realservers.RealEtcdCluster;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EtcdctlOnRealTest extends EtcdctlContractTest {

    private @Nullable RealEtcdCluster etcd;

    @BeforeAll
    void start() {
        assumeTrue(RealEtcd.newest().isPresent(), RealEtcd.why());
        etcd = RealEtcdCluster.start(RealEtcd.newest().orElseThrow(), 3);
    }

    @Override
    List<String> endpoints() {
        return etcd == null ? List.of() : etcd.endpoints();
    }

    @Override
    void checkSnapshot(CommandResult saved) {
        assertThat(saved.succeeded()).isTrue();
    }

    @AfterAll
    void stop() {
        if (etcd != null) {
            etcd.close();
        }
    }
}
