package dev.incumbent.embedded.etcd.linearizability;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.incumbent.realservers.RealEtcd;
import dev.incumbent.realservers.RealEtcdCluster;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real etcd is taken to be linearizable: a violation here is the checker's, or the clients', fault. */
@Tag("full")
class RealLinearizabilityTest {

    @ParameterizedTest
    @ValueSource(strings = {"3.4", "3.5"})
    @Timeout(600)
    void shouldBeLinearizableWhenProcessesAreKilledAndFrozen(String series) throws InterruptedException {
        assumeTrue(RealEtcd.installation(series).isPresent(), RealEtcd.why());
        RealEtcdCluster etcd = RealEtcdCluster.builder(
                        RealEtcd.installation(series).orElseThrow())
                .nodes(3)
                .heartbeat(Duration.ofMillis(20), Duration.ofMillis(200))
                .start();
        try (Cluster cluster = new RealCluster(etcd)) {
            new HistoryRun(cluster)
                    .run(
                            Duration.ofSeconds(Long.getLong("linearizability.seconds", 15)),
                            Duration.ofMillis(1_500),
                            Duration.ofMillis(800));
        }
    }
}
