package dev.incumbent.election.consul;

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

/** The official image, where Docker answers; a newer release than the one that Debian ships. */
@Tag("full")
final class OfficialImageTest {

    private static final int PORT = 8500;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration TTL = Duration.ofSeconds(10);

    private static ElectionClient client(String name, String endpoint) {
        return ConsulElections.builder()
                .endpoints(endpoint)
                .leaseTtl(TTL)
                .candidateId(name)
                .build();
    }

    @Test
    void shouldHandOverOnTheOfficialImage() throws Exception {
        assumeTrue(
                DockerClientFactory.instance().isDockerAvailable(),
                "Docker does not answer, so the official Consul image was not tested");
        try (GenericContainer<?> server = new GenericContainer<>(DockerImageName.parse("hashicorp/consul:1.20.6"))
                .withCommand("agent", "-dev", "-client=0.0.0.0")
                .withExposedPorts(PORT)) {
            server.start();
            String endpoint = "http://" + server.getHost() + ":" + server.getMappedPort(PORT);
            try (ElectionClient a = client("a", endpoint);
                    ElectionClient b = client("b", endpoint)) {
                Candidacy first = a.election("official").campaign();
                Leadership one = first.awaitLeadership(PATIENCE).orElseThrow();
                Candidacy second = b.election("official").campaign();
                long started = System.nanoTime();
                Awaitility.await().atMost(PATIENCE).until(() -> System.nanoTime() - started > TTL.toNanos() * 5 / 2);
                assertThat(one.isValid())
                        .as("renewals carried it past twice the time to live")
                        .isTrue();

                first.close();

                Leadership two = second.awaitLeadership(PATIENCE).orElseThrow();
                assertThat(two.token().isNewerThan(one.token())).isTrue();
                assertThat(one.isValid()).isFalse();
            }
        }
    }
}
