package dev.incumbent.embedded.etcd.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.embedded.etcd.EmbeddedEtcd;
import dev.incumbent.realservers.CommandResult;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EtcdctlOnEmbeddedTest extends EtcdctlContractTest {

    private final EmbeddedEtcd etcd = EmbeddedEtcd.start(3);

    @Override
    List<String> endpoints() {
        return etcd.endpoints();
    }

    @Override
    void checkSnapshot(CommandResult saved) {
        // The file would be bbolt's: this server has none.
        assertThat(saved.succeeded()).isFalse();
        assertThat(saved.err()).contains("Unimplemented");
    }

    @AfterAll
    void stop() {
        etcd.close();
    }
}
