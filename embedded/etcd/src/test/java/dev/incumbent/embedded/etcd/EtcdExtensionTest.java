package dev.incumbent.embedded.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

@TestMethodOrder(OrderAnnotation.class)
class EtcdExtensionTest {

    @RegisterExtension
    static final EtcdExtension ETCD = EtcdExtension.cluster(3);

    @Test
    @Order(1)
    void shouldInjectTheClusterWhichThisTestLeavesInRuins(EmbeddedEtcd etcd) {
        assertThat(etcd).isSameAs(ETCD.get());
        etcd.kill(etcd.awaitLeader(Duration.ofSeconds(10)));
        etcd.pause(etcd.runningNodes().get(0));
        etcd.nodes().forEach(etcd::isolate);
        etcd.nodes().forEach(etcd::cutClients);
    }

    @Test
    @Order(2)
    void shouldServeOnEveryNodeWhenTheTestBeforeLeftFaults(EmbeddedEtcd etcd) {
        for (int node : etcd.nodes()) {
            try (EtcdClient client = new EtcdClient(etcd.endpoint(node))) {
                client.put("/served-by-" + node, "");
                assertThat(client.get("/served-by-" + node)).isPresent();
            }
        }
    }

    @Test
    void shouldSayWhyWhenAskedOutsideAClass() {
        assertThatThrownBy(() -> EtcdExtension.cluster(1).get()).isInstanceOf(IllegalStateException.class);
    }

    @Nested
    class Inside {
        @Test
        void shouldShareTheClusterOfTheOuterClass(EmbeddedEtcd etcd) {
            assertThat(etcd).isSameAs(ETCD.get());
        }
    }
}
