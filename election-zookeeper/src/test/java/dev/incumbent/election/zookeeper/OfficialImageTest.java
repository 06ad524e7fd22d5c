package dev.incumbent.election.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.incumbent.election.Candidacy;
import dev.incumbent.election.ElectionClient;
import dev.incumbent.election.Leadership;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/** The servers that people run: the official image with its own settings. Skipped where Docker does not answer. */
@Tag("full")
final class OfficialImageTest {

    private static final int PORT = 2181;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static ElectionClient client(String name, String servers) {
        return ZooKeeperElections.builder()
                .connectString(servers)
                .leaseTtl(Duration.ofSeconds(10))
                .candidateId(name)
                .build();
    }

    @Test
    void shouldHandOverOnTheOfficialImage() throws Exception {
        assumeTrue(
                DockerClientFactory.instance().isDockerAvailable(),
                "Docker does not answer, so the official zookeeper image was not tested");
        try (GenericContainer<?> server =
                new GenericContainer<>(DockerImageName.parse("zookeeper:3.9")).withExposedPorts(PORT)) {
            server.start();
            String servers = server.getHost() + ":" + server.getMappedPort(PORT);
            try (ElectionClient a = client("a", servers);
                    ElectionClient b = client("b", servers)) {
                Candidacy first = a.election("official").campaign();
                Leadership one = first.awaitLeadership(PATIENCE).orElseThrow();
                Candidacy second = b.election("official").campaign();
                long started = System.nanoTime();
                Awaitility.await()
                        .atMost(PATIENCE)
                        .until(() -> System.nanoTime() - started
                                > Duration.ofSeconds(12).toNanos());
                assertThat(one.isValid())
                        .as("the chain carried it past one time to live")
                        .isTrue();

                first.close();

                Leadership two = second.awaitLeadership(PATIENCE).orElseThrow();
                assertThat(two.token().isNewerThan(one.token())).isTrue();
                assertThat(one.isValid()).isFalse();
            }
        }
    }
}
