package dev.incumbent.realservers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("full")
class RealConsulClusterTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String MASTER = "3a8f3b0e-6c2b-4d57-9e01-5c7a51d0a6f1";

    @BeforeEach
    void isInstalled() {
        assumeTrue(RealConsul.newest().isPresent(), RealConsul.why());
    }

    private static ConsulInstallation newest() {
        return RealConsul.newest().orElseThrow();
    }

    @Test
    void shouldServeAndKeepItsDataWhenTheLeaderIsKilledFrozenAndRestarted() {
        try (RealConsulCluster cluster = RealConsulCluster.start(newest(), 3)) {
            cluster.consul(1).run("kv", "put", "a", "1").output();

            int killed = cluster.leader();
            cluster.kill9(killed);
            int second = cluster.awaitLeader(PATIENCE);
            assertThat(second).isNotEqualTo(killed);
            cluster.restart(killed);
            cluster.awaitHealthy(PATIENCE);

            cluster.sigstop(second);
            assertThat(cluster.awaitLeader(PATIENCE)).isNotEqualTo(second);
            cluster.sigcont(second);
            cluster.awaitHealthy(PATIENCE);

            for (int node : cluster.nodes()) {
                assertThat(cluster.consul(node).run("kv", "get", "a").output()).isEqualTo("1");
            }
        }
    }

    @Test
    void shouldGetItsDataBackFromTheOthersWhenAFollowerIsWiped() {
        try (RealConsulCluster cluster = RealConsulCluster.start(newest(), 3)) {
            cluster.consul(1).run("kv", "put", "a", "1").output();
            int follower = cluster.leader() % 3 + 1;
            assertThatThrownBy(() -> cluster.wipe(follower)).isInstanceOf(IllegalStateException.class);

            cluster.kill9(follower);
            cluster.wipe(follower);
            cluster.restart(follower);
            cluster.awaitHealthy(PATIENCE);

            await().atMost(PATIENCE).untilAsserted(() -> assertThat(cluster.consul(follower)
                            .run("kv", "get", "-stale", "a")
                            .out())
                    .isEqualTo("1\n"));
        }
    }

    @Test
    void shouldLeaveNoProcessAndNoFileWhenClosed(@TempDir Path kept) throws IOException {
        long before = children();
        RealConsulCluster cluster = RealConsulCluster.start(newest(), 1);
        assertThat(children()).isEqualTo(before + 1);
        cluster.keepLogs(kept.resolve("logs"));
        Path configuration = configuration();

        cluster.close();
        cluster.close();

        assertThat(children()).isEqualTo(before);
        assertThat(configuration.resolveSibling("")).doesNotExist();
        assertThat(Files.readString(kept.resolve("logs/consul-1.log"))).contains("agent");
    }

    private static Path configuration() {
        String argument = ProcessHandle.current()
                .descendants()
                .flatMap(process ->
                        process.info().arguments().map(List::of).stream().flatMap(List::stream))
                .filter(word -> word.startsWith("-config-file="))
                .findFirst()
                .orElseThrow();
        Path configuration = Path.of(argument.substring("-config-file=".length()));
        assertThat(configuration).isRegularFile();
        return configuration;
    }

    private static long children() {
        String program = newest().consul().toString();
        return ProcessHandle.current()
                .descendants()
                .filter(process ->
                        process.info().command().filter(program::equals).isPresent())
                .count();
    }

    @Test
    void shouldDemandATokenWhenAclsAreOn() {
        try (RealConsulCluster cluster =
                RealConsulCluster.builder(newest()).acl(MASTER).start()) {
            assertThat(cluster.consul(1).run("kv", "put", "a", "1").succeeded()).isTrue();

            ConsulCommand anonymous = ConsulCommand.of(newest(), cluster.httpEndpoint(1));
            assertThat(anonymous.run("kv", "put", "a", "2").err())
                    .contains("403")
                    .contains("Permission denied");
            assertThat(cluster.consul(1).run("kv", "get", "a").output()).isEqualTo("1");
        }
    }

    @Test
    void shouldShowTheServersLastWordsWhenItDoesNotStart() {
        assertThatThrownBy(() -> RealConsulCluster.builder(newest())
                        .setting("no_such_setting", "1")
                        .start())
                .isInstanceOf(RealServerException.class)
                .hasMessageContaining("no_such_setting");
    }

    @Test
    void shouldReleaseALockWhenTheCommandIsInterrupted() {
        try (RealConsulCluster cluster = RealConsulCluster.start(newest(), 1);
                // A child that reads what this JVM holds open ends with this JVM, however that ends.
                RunningCommand holder = cluster.consul(1).start("lock", "-pass-stdin", "-shell=false", "l", "cat")) {
            await().atMost(PATIENCE)
                    .until(() ->
                            !cluster.consul(1).run("kv", "get", "l/.lock").out().isEmpty());
            holder.interrupt();
            holder.awaitEnd(PATIENCE);
            assertThat(cluster.consul(1).run("kv", "get", "-recurse", "l/").out())
                    .isEmpty();
        }
    }

    @Test
    void shouldRefuseANodeThatDoesNotExist() {
        try (RealConsulCluster cluster = RealConsulCluster.start(newest(), 1)) {
            assertThat(cluster.nodes()).isEqualTo(List.of(1));
            assertThatThrownBy(() -> cluster.kill9(2)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
