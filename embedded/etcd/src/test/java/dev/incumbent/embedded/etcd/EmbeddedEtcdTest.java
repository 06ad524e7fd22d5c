package dev.incumbent.embedded.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.incumbent.embedded.etcd.wire.LeaseGrantResponse;
import dev.incumbent.embedded.etcd.wire.ResponseHeader;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmbeddedEtcdTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 5})
    void shouldServeOnEveryNodeWhenStarted(int nodes) {
        try (EmbeddedEtcd etcd = EmbeddedEtcd.start(nodes)) {
            assertThat(etcd.size()).isEqualTo(nodes);
            assertThat(etcd.endpoints()).hasSize(nodes).doesNotHaveDuplicates();
            assertThat(etcd.leader()).isPresent();
            for (String endpoint : etcd.endpoints()) {
                try (EtcdClient client = new EtcdClient(endpoint)) {
                    client.put("/a", endpoint);
                    assertThat(client.get("/a")).contains(endpoint);
                }
            }
        }
    }

    @Test
    void shouldBeginWithRevisionOne() {
        try (EmbeddedEtcd etcd = EmbeddedEtcd.start(1);
                EtcdClient client = new EtcdClient(etcd.endpoint(1))) {
            assertThat(client.prefix("/").getHeader().getRevision()).isEqualTo(1);
            assertThat(client.put("/a", "").getHeader().getRevision()).isEqualTo(2);
        }
    }

    @Test
    void shouldKeepDataAndIdentityWhenTheDirectoryIsGivenAgain(@TempDir Path directory) {
        ResponseHeader before;
        LeaseGrantResponse lease;
        try (EmbeddedEtcd etcd =
                        EmbeddedEtcd.builder().nodes(3).directory(directory).start();
                EtcdClient client = new EtcdClient(etcd.endpoint(2))) {
            lease = client.grant(0, 60);
            client.put("/kept", "1", lease.getID());
            before = client.put("/kept/2", "1").getHeader();
        }
        try (EmbeddedEtcd etcd =
                        EmbeddedEtcd.builder().nodes(3).directory(directory).start();
                EtcdClient client = new EtcdClient(etcd.endpoint(2))) {
            assertThat(client.get("/kept")).contains("1");
            assertThat(client.timeToLive(lease.getID()).getKeysCount()).isEqualTo(1);
            ResponseHeader after = client.put("/kept/3", "").getHeader();
            assertThat(after.getRevision()).isEqualTo(before.getRevision() + 1);
            assertThat(after.getClusterId()).isEqualTo(before.getClusterId());
            assertThat(after.getMemberId()).isEqualTo(before.getMemberId());
            assertThat(after.getRaftTerm()).isGreaterThan(before.getRaftTerm());
        }
        assertThatThrownBy(() ->
                        EmbeddedEtcd.builder().nodes(1).directory(directory).start())
                .isInstanceOf(EmbeddedEtcdException.class)
                .hasRootCauseMessage(directory + " was made for 3 nodes, not for 1");
    }

    @Test
    void shouldServeOnThePortsThatWereGiven() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        try (EmbeddedEtcd etcd = EmbeddedEtcd.builder().nodes(1).ports(port).start();
                EtcdClient client = new EtcdClient("http://127.0.0.1:" + port)) {
            assertThat(etcd.endpoints()).containsExactly("http://127.0.0.1:" + port);
            client.put("/a", "");
        }
    }

    @Test
    void shouldSayThatAPortIsTaken() throws Exception {
        try (EmbeddedEtcd etcd = EmbeddedEtcd.start(1)) {
            int taken = URI.create(etcd.endpoint(1)).getPort();
            assertThatThrownBy(
                            () -> EmbeddedEtcd.builder().nodes(1).ports(taken).start())
                    .isInstanceOf(EmbeddedEtcdException.class);
        }
    }

    @Test
    void shouldKeepApartWhenSeveralRunInOneJvm() {
        try (EmbeddedEtcd one = EmbeddedEtcd.start(1);
                EmbeddedEtcd other = EmbeddedEtcd.start(1);
                EtcdClient first = new EtcdClient(one.endpoint(1));
                EtcdClient second = new EtcdClient(other.endpoint(1))) {
            ResponseHeader header = first.put("/only-in-one", "").getHeader();
            assertThat(second.get("/only-in-one")).isEmpty();
            assertThat(second.put("/a", "").getHeader().getClusterId()).isNotEqualTo(header.getClusterId());
        }
    }

    @Test
    void shouldRefuseSettingsThatMakeNoSense() {
        List<EmbeddedEtcdBuilder> senseless = List.of(
                EmbeddedEtcd.builder().nodes(0),
                EmbeddedEtcd.builder().nodes(2),
                EmbeddedEtcd.builder().nodes(3).ports(1, 2),
                EmbeddedEtcd.builder().electionTimeout(Duration.ofMillis(60)),
                EmbeddedEtcd.builder().heartbeat(Duration.ZERO),
                EmbeddedEtcd.builder().minLeaseTtl(Duration.ZERO),
                EmbeddedEtcd.builder().tokenTtl(Duration.ofSeconds(-1)));
        assertThat(senseless)
                .allSatisfy(builder -> assertThatThrownBy(builder::start).isInstanceOf(IllegalArgumentException.class));
    }

    @Test
    void shouldRefuseNodesThatDoNotExist() {
        try (EmbeddedEtcd etcd = EmbeddedEtcd.start(1)) {
            assertThatThrownBy(() -> etcd.kill(2)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> etcd.cut(1, 0)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> etcd.endpoint(7)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void shouldNotMakeADirectoryWhereAFileIs(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "");
        assertThatThrownBy(() -> EmbeddedEtcd.builder().nodes(1).directory(file).start())
                .isInstanceOf(EmbeddedEtcdException.class);
    }
}
