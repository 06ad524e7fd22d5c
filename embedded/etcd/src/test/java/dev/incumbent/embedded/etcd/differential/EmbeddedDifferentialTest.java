package dev.incumbent.embedded.etcd.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.incumbent.embedded.etcd.EmbeddedEtcd;
import dev.incumbent.realservers.RealEtcd;
import dev.incumbent.realservers.RealEtcdCluster;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The embedded server against each release of real etcd that is here. */
@Tag("full")
class EmbeddedDifferentialTest {

    @ParameterizedTest
    @ValueSource(strings = {"3.4", "3.5"})
    @Timeout(value = 4, unit = TimeUnit.HOURS)
    void shouldAnswerAsRealEtcdDoes(String series) {
        assumeTrue(RealEtcd.installation(series).isPresent(), RealEtcd.why());
        try (EmbeddedEtcd embedded = EmbeddedEtcd.start(1);
                RealEtcdCluster real =
                        RealEtcdCluster.start(RealEtcd.installation(series).orElseThrow(), 1)) {
            ManagedChannel ours = Channels.to(embedded.endpoint(1));
            ManagedChannel theirs = Channels.to(real.endpoint(1));
            try (Subject left = new Subject("embedded", ours);
                    Subject right = new Subject(real.installation().toString(), theirs)) {
                DifferentialRun run = new DifferentialRun(left, right, KnownDifferences.ofEmbedded(series));
                assertThat(run.run(DifferentialRun.duration(Duration.ofSeconds(60))))
                        .isEmpty();
            } finally {
                Channels.close(ours);
                Channels.close(theirs);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.4", "3.5"})
    @Timeout(value = 4, unit = TimeUnit.HOURS)
    void shouldGuardKeysAsRealEtcdDoes(String series) {
        assumeTrue(RealEtcd.installation(series).isPresent(), RealEtcd.why());
        try (EmbeddedEtcd embedded = EmbeddedEtcd.start(1);
                RealEtcdCluster real =
                        RealEtcdCluster.start(RealEtcd.installation(series).orElseThrow(), 1)) {
            ManagedChannel ours = Channels.to(embedded.endpoint(1));
            ManagedChannel theirs = Channels.to(real.endpoint(1));
            try {
                AuthDifferential run = new AuthDifferential(
                        new AuthSubject("embedded", ours),
                        new AuthSubject(real.installation().toString(), theirs),
                        !series.equals("3.4"));
                assertThat(run.run(DifferentialRun.duration(Duration.ofSeconds(15))))
                        .isEmpty();
            } finally {
                Channels.close(ours);
                Channels.close(theirs);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.4", "3.5"})
    @Timeout(value = 4, unit = TimeUnit.HOURS)
    void shouldQueueAsRealEtcdDoes(String series) {
        assumeTrue(RealEtcd.installation(series).isPresent(), RealEtcd.why());
        try (EmbeddedEtcd embedded = EmbeddedEtcd.start(1);
                RealEtcdCluster real =
                        RealEtcdCluster.start(RealEtcd.installation(series).orElseThrow(), 1)) {
            ManagedChannel ours = Channels.to(embedded.endpoint(1));
            ManagedChannel theirs = Channels.to(real.endpoint(1));
            try {
                ElectionDifferential run = new ElectionDifferential(
                        new ElectionSubject("embedded", ours),
                        new ElectionSubject(real.installation().toString(), theirs));
                assertThat(run.run(DifferentialRun.duration(Duration.ofSeconds(15))))
                        .isEmpty();
            } finally {
                Channels.close(ours);
                Channels.close(theirs);
            }
        }
    }
}
