package dev.incumbent.realservers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerSearchTest {

    private final Path home;

    ServerSearchTest(@TempDir Path home) {
        this.home = home;
    }

    @Test
    void shouldFindEachReleaseOldestFirstWhenSeveralAreInstalled() throws IOException {
        program("servers/etcd-3.5.16/etcd", "etcd Version: 3.5.16");
        program("servers/etcd-3.5.16/etcdctl", "");
        program("servers/etcd-3.5.16/etcdutl", "");
        program("servers/etcd-3.10.0/usr/bin/etcd", "etcd Version: 3.10.0");
        program("servers/etcd-3.10.0/usr/bin/etcdctl", "");
        program("path/etcd", "etcd Version: 3.4.23");
        program("path/etcdctl", "");

        List<EtcdInstallation> found =
                RealEtcd.find(new ServerSearch(home.resolve("servers"), List.of(home.resolve("path"))));

        assertThat(found).extracting(EtcdInstallation::version).containsExactly("3.4.23", "3.5.16", "3.10.0");
        assertThat(found)
                .extracting(installation -> installation.etcdutl().isPresent())
                .containsExactly(false, true, false);
        assertThat(found.get(1).isOf("3.5")).isTrue();
        assertThat(found.get(2).isOf("3.1")).isFalse();
    }

    @Test
    void shouldPreferTheServersDirectoryWhenThePathHoldsTheSameRelease() throws IOException {
        program("servers/etcd-3.5.16/etcd", "etcd Version: 3.5.16");
        program("servers/etcd-3.5.16/etcdctl", "");
        program("path/etcd", "etcd Version: 3.5.16");
        program("path/etcdctl", "");

        List<EtcdInstallation> found =
                RealEtcd.find(new ServerSearch(home.resolve("servers"), List.of(home.resolve("path"))));

        assertThat(found).extracting(EtcdInstallation::etcd).containsExactly(home.resolve("servers/etcd-3.5.16/etcd"));
    }

    @Test
    void shouldLeaveOutWhatDoesNotRunOrHasNoClient() throws IOException {
        program("servers/etcd-a/etcd", "etcd Version: 3.5.1");
        program("servers/etcd-b/etcd", "no version");
        program("servers/etcd-b/etcdctl", "");
        Files.writeString(home.resolve("servers/etcd-notes"), "a file");

        assertThat(RealEtcd.find(new ServerSearch(home.resolve("servers"), List.of())))
                .isEmpty();
        assertThat(RealEtcd.find(new ServerSearch(home.resolve("nowhere"), List.of())))
                .isEmpty();
    }

    @Test
    void shouldFindEachConsulOldestFirstWhenSeveralAreInstalled() throws IOException {
        program("servers/consul-1.10.3/consul", "Consul v1.10.3\nRevision c976ffd2d");
        program("servers/consul-1.8.7/consul", "Consul v1.8.7");
        program("servers/consul-broken/consul", "no version");

        List<ConsulInstallation> found = RealConsul.find(new ServerSearch(home.resolve("servers"), List.of()));

        assertThat(found).extracting(ConsulInstallation::version).containsExactly("1.8.7", "1.10.3");
        assertThat(found.get(0).isOf("1.8")).isTrue();
        assertThat(found.get(1).isOf("1.1")).isFalse();
    }

    @Test
    void shouldSayWhereItLookedInTheReasonOfASkip() {
        assertThat(RealEtcd.why()).contains("INCUMBENT_SERVERS").contains("real-servers.sh");
        assertThat(RealConsul.why()).contains("/consul-*").contains("real-servers.sh");
    }

    private void program(String path, String says) throws IOException {
        Path program = home.resolve(path);
        Files.createDirectories(program.toAbsolutePath().resolveSibling(""));
        Files.writeString(program, "#!/bin/sh\necho '" + says + "'\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
