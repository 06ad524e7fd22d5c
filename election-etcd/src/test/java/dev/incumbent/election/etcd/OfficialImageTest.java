package dev.incumbent.election.etcd;

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

    private static final int PORT = 2379;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration TTL = Duration.ofSeconds(5);

    private static ElectionClient client(String name, String endpoint) {
        return EtcdElections.builder()
                .endpoints(endpoint)
                .leaseTtl(TTL)
                .candidateId(name)
                .build();
    }

    @Test
    void shouldHandOverOnTheOfficialImage() throws Exception {
        assumeTrue(
                DockerClientFactory.instance().isDockerAvailable(),
                "Docker does not answer, so the official etcd image was not tested");
        try (GenericContainer<?> server = new GenericContainer<>(
                        DockerImageName.parse("gcr.io/etcd-development/etcd:v3.5.21"))
                .withCommand(
                        "etcd",
                        "--listen-client-urls=http://0.0.0.0:" + PORT,
                        "--advertise-client-urls=http://127.0.0.1:" + PORT)
                .withExposedPorts(PORT)) {
            server.start();
            String endpoint = "http://" + server.getHost() + ":" + server.getMappedPort(PORT);
            try (ElectionClient a = client("a", endpoint);
                    ElectionClient b = client("b", endpoint)) {
                Candidacy first = a.election("official").campaign();
                Leadership one = first.awaitLeadership(PATIENCE).orElseThrow();
                Candidacy second = b.election("official").campaign();
                long started = System.nanoTime();
                Awaitility.await()
                        .atMost(PATIENCE)
                        .until(() -> System.nanoTime() - started > TTL.toNanos() + TTL.toNanos() / 5);
                assertThat(one.isValid())
                        .as("keep-alives carried it past one time to live")
                        .isTrue();

                first.close();

                Leadership two = second.awaitLeadership(PATIENCE).orElseThrow();
                assertThat(two.token().isNewerThan(one.token())).isTrue();
                assertThat(one.isValid()).isFalse();
            }
        }
    }
}
