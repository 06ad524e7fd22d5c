package dev.incumbent.realservers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("full")
class RealEtcdClusterTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @BeforeEach
    void isInstalled() {
        assumeTrue(!RealEtcd.installations().isEmpty(), RealEtcd.why());
    }

    private static EtcdInstallation installed(String series) {
        assumeTrue(RealEtcd.installation(series).isPresent(), RealEtcd.why());
        return RealEtcd.installation(series).orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.4", "3.5"})
    void shouldServeAndKeepItsDataWhenTheLeaderIsKilledFrozenAndRestarted(String series) {
        try (RealEtcdCluster cluster = RealEtcdCluster.start(installed(series), 3)) {
            Etcdctl etcdctl = cluster.etcdctl();
            etcdctl.run("put", "a", "1").output();

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
                assertThat(cluster.etcdctl(node)
                                .run("get", "a", "--print-value-only")
                                .output())
                        .isEqualTo("1");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.4", "3.5"})
    void shouldElectAnotherLeaderWhenTheLeaderIsCutOffAndTakeItBackWhenMended(String series) {
        try (RealEtcdCluster cluster =
                RealEtcdCluster.builder(installed(series)).nodes(3).cuttable().start()) {
            int alone = cluster.leader();

            cluster.cutOff(alone);
            assertThat(cluster.awaitLeader(PATIENCE)).isNotEqualTo(alone);
            assertThat(cluster.isHealthy(alone)).isFalse();
            cluster.etcdctl(cluster.leader()).run("put", "a", "1").output();

            cluster.mend();
            cluster.awaitHealthy(PATIENCE);
            assertThat(cluster.etcdctl(alone)
                            .run("get", "a", "--print-value-only")
                            .output())
                    .isEqualTo("1");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.4", "3.5"})
    void shouldHoldWhatTheBackupHeldWhenRestored(String series, @TempDir Path kept) {
        try (RealEtcdCluster cluster = RealEtcdCluster.start(installed(series), 1)) {
            Etcdctl etcdctl = cluster.etcdctl();
            etcdctl.run("put", "a", "1").output();
            Path backup = kept.resolve("backup.db");
            etcdctl.run("snapshot", "save", backup.toString()).output();
            String members = etcdctl.run("member", "list").output();
            etcdctl.run("put", "a", "2").output();

            cluster.restore(backup);

            assertThat(etcdctl.run("get", "a", "--print-value-only").output()).isEqualTo("1");
            assertThat(etcdctl.run("member", "list").output()).isEqualTo(members);
        }
    }

    @Test
    void shouldLeaveNoProcessAndNoFileWhenClosed(@TempDir Path kept) throws IOException {
        EtcdInstallation newest = RealEtcd.newest().orElseThrow();
        long before = children(newest);
        RealEtcdCluster cluster = RealEtcdCluster.start(newest, 1);
        assertThat(children(newest)).isEqualTo(before + 1);
        cluster.keepLogs(kept.resolve("logs"));
        String directory = cluster.log(1).replaceAll("(?s).*?(/[^\"\\s]*real-etcd-\\d+)/.*", "$1");
        assertThat(Path.of(directory)).isDirectory();

        cluster.close();
        cluster.close();

        assertThat(children(newest)).isEqualTo(before);
        assertThat(Path.of(directory)).doesNotExist();
        assertThat(Files.readString(kept.resolve("logs/etcd-1.log"))).contains("client");
    }

    private static long children(EtcdInstallation installation) {
        String program = installation.etcd().toString();
        return ProcessHandle.current()
                .descendants()
                .filter(process ->
                        process.info().command().filter(program::equals).isPresent())
                .count();
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.4", "3.5"})
    void shouldDemandACertificateWhenTlsIsMutual(String series) {
        try (RealEtcdCluster cluster =
                RealEtcdCluster.builder(installed(series)).mutualTls().start()) {
            assertThat(cluster.endpoints()).allMatch(url -> url.startsWith("https://127.0.0.1:"));
            assertThat(cluster.etcdctl().run("put", "a", "1").output()).isEqualTo("OK");

            Etcdctl anonymous = Etcdctl.of(cluster.installation(), cluster.endpoints())
                    .with("--cacert=" + cluster.tls().ca(), "--dial-timeout=1s", "--command-timeout=1s");
            assertThat(anonymous.run("get", "a").succeeded()).isFalse();
        }
    }

    @Test
    void shouldShowTheServersLastWordsWhenItDoesNotStart() {
        EtcdInstallation newest = RealEtcd.newest().orElseThrow();
        assertThatThrownBy(() -> RealEtcdCluster.builder(newest)
                        .arguments("--no-such-flag")
                        .start())
                .isInstanceOf(RealServerException.class)
                .hasMessageContaining("no-such-flag");
    }

    @Test
    void shouldReleaseALockWhenEtcdctlIsInterrupted() {
        try (RealEtcdCluster cluster = RealEtcdCluster.start(RealEtcd.newest().orElseThrow(), 1);
                RunningCommand holder = cluster.etcdctl().start("lock", "l")) {
            holder.awaitOut(out -> out.startsWith("l/"), PATIENCE);
            holder.interrupt();
            holder.awaitEnd(PATIENCE);
            assertThat(cluster.etcdctl().run("get", "--prefix", "l/").output()).isEmpty();
        }
    }

    @Test
    void shouldRefuseANodeThatDoesNotExist() {
        try (RealEtcdCluster cluster = RealEtcdCluster.start(RealEtcd.newest().orElseThrow(), 1)) {
            assertThat(cluster.nodes()).isEqualTo(List.of(1));
            assertThatThrownBy(() -> cluster.kill9(2)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
