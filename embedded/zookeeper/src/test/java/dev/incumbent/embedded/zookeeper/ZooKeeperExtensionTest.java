package dev.incumbent.embedded.zookeeper;

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
class ZooKeeperExtensionTest {

    @RegisterExtension
    static final ZooKeeperExtension ZOOKEEPER =
            ZooKeeperExtension.of(EmbeddedZooKeeper.builder().nodes(3).tickTime(Duration.ofMillis(100)));

    @Test
    @Order(1)
    void shouldInjectTheEnsembleWhichThisTestLeavesInRuins(EmbeddedZooKeeper ensemble) {
        assertThat(ensemble).isSameAs(ZOOKEEPER.get());
        ensemble.kill(ensemble.leader());
        ensemble.pause(ensemble.runningNodes().get(0));
        ensemble.nodes().forEach(ensemble::cutClients);
    }

    @Test
    @Order(2)
    void shouldServeOnEveryNodeWhenTheTestBeforeLeftFaults(EmbeddedZooKeeper ensemble) throws Exception {
        for (int node : ensemble.nodes()) {
            try (TestClient client = new TestClient(ensemble.connectString(node))) {
                client.create("/served-by-" + node, "");
            }
        }
    }

    @Test
    void shouldSayWhyWhenAskedOutsideAClass() {
        assertThatThrownBy(() -> ZooKeeperExtension.ensemble(1).get()).isInstanceOf(IllegalStateException.class);
    }

    @Nested
    class Inside {
        @Test
        void shouldShareTheEnsembleOfTheOuterClass(EmbeddedZooKeeper ensemble) {
            assertThat(ensemble).isSameAs(ZOOKEEPER.get());
        }
    }
}
