package dev.incumbent.embedded.etcd.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.incumbent.realservers.RealEtcd;
import dev.incumbent.realservers.RealEtcdCluster;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two releases of real etcd against each other: what differs between them need not be copied. */
@Tag("full")
class RealServersDifferentialTest {

    @Test
    @Timeout(value = 2, unit = TimeUnit.HOURS)
    void shouldAgreeApartFromTheListWhenReleasesDiffer() {
        assumeTrue(
                RealEtcd.installation("3.4").isPresent()
                        && RealEtcd.installation("3.5").isPresent(),
                RealEtcd.why());
        try (RealEtcdCluster older =
                        RealEtcdCluster.start(RealEtcd.installation("3.4").orElseThrow(), 1);
                RealEtcdCluster newer =
                        RealEtcdCluster.start(RealEtcd.installation("3.5").orElseThrow(), 1)) {
            ManagedChannel oldChannel = Channels.to(older.endpoint(1));
            ManagedChannel newChannel = Channels.to(newer.endpoint(1));
            try (Subject left = new Subject("etcd 3.4", oldChannel);
                    Subject right = new Subject("etcd 3.5", newChannel)) {
                DifferentialRun run = new DifferentialRun(left, right, KnownDifferences.ofReleases());
                assertThat(run.run(DifferentialRun.duration(Duration.ofSeconds(20))))
                        .isEmpty();
            } finally {
                Channels.close(oldChannel);
                Channels.close(newChannel);
            }
        }
    }
}
