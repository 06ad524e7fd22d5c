package dev.incumbent.embedded.etcd.linearizability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.embedded.etcd.EmbeddedEtcd;
import dev.incumbent.testkit.linearizability.RegisterInput;
import dev.incumbent.testkit.linearizability.RegisterOutput;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class EmbeddedLinearizabilityTest {

    private static final Duration LONGEST_FAULT = Duration.ofMillis(1_500);
    private static final Duration CALM = Duration.ofMillis(400);

    @Test
    void shouldBeLinearizableWhenNodesFailForAWhile() throws InterruptedException {
        try (Cluster cluster = new EmbeddedCluster(EmbeddedEtcd.start(3))) {
            new HistoryRun(cluster).run(Duration.ofSeconds(8), LONGEST_FAULT, CALM);
        }
    }

    @Test
    @Tag("full")
    @Timeout(600)
    void shouldBeLinearizableWhenNodesFailForLong() throws InterruptedException {
        try (Cluster cluster = new EmbeddedCluster(EmbeddedEtcd.start(3))) {
            new HistoryRun(cluster).run(seconds(40), LONGEST_FAULT.multipliedBy(2), CALM);
        }
    }

    /** The proof that these tests can fail: reads that may be stale, taken for linearizable ones. */
    @Test
    void shouldRejectSerializableReadsWhenANodeIsCutOff() {
        try (EmbeddedEtcd etcd = EmbeddedEtcd.start(3);
                EmbeddedCluster cluster = new EmbeddedCluster(etcd)) {
            int lonely = etcd.followers().get(0);
            int writer = etcd.leader().orElseThrow();
            List<ManagedChannel> channels =
                    cluster.endpoints().stream().map(LeaderMove::channel).toList();
            HistoryRun run = new HistoryRun(cluster);
            Client client = new Client(1, channels, 0, run.recorder(), true);
            try {
                assertThat(client.perform(writer, "k", new RegisterInput.Write("old")))
                        .isPresent();
                etcd.awaitServing(Duration.ofSeconds(10));
                etcd.isolate(lonely);
                assertThat(client.perform(writer, "k", new RegisterInput.Write("new")))
                        .isPresent();
                assertThat(run.violation()).isEmpty();

                Optional<RegisterOutput> stale = client.perform(lonely, "k", new RegisterInput.Read());

                assertThat(stale).isPresent();
                assertThat(run.violation())
                        .hasValueSatisfying(text -> assertThat(text).contains("not linearizable"));
            } finally {
                channels.forEach(ManagedChannel::shutdownNow);
            }
        }
    }

    private static Duration seconds(long usual) {
        return Duration.ofSeconds(Long.getLong("linearizability.seconds", usual));
    }
}
