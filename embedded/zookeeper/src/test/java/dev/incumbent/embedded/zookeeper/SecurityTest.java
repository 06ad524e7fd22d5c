package dev.incumbent.embedded.zookeeper;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.NoAuthException;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooDefs.Perms;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SecurityTest {

    private static final Duration SESSION = Duration.ofSeconds(10);

    @RegisterExtension
    static final ZooKeeperExtension ZOOKEEPER = ZooKeeperExtension.of(EmbeddedZooKeeper.builder()
            .nodes(1)
            .tls(true)
            .saslUser("ann", "a secret")
            .saslUser("bob", "another"));

    @Test
    void shouldAdmitOnlyItsOwnerWhenAnAclIsDigest(EmbeddedZooKeeper ensemble) throws Exception {
        try (TestClient owner = new TestClient(ensemble.connectString());
                TestClient stranger = new TestClient(ensemble.connectString())) {
            owner.zk().addAuthInfo("digest", "ann:pw".getBytes(UTF_8));
            owner.zk().create("/digest", new byte[0], Ids.CREATOR_ALL_ACL, CreateMode.PERSISTENT);
            assertThat(owner.read("/digest")).isEmpty();
            assertThatThrownBy(() -> stranger.read("/digest")).isInstanceOf(NoAuthException.class);
        }
    }

    @Test
    void shouldAdmitOnlyTheUserWhenAnAclIsSasl(EmbeddedZooKeeper ensemble) throws Exception {
        List<ACL> annOnly = Collections.singletonList(new ACL(Perms.ALL, new Id("sasl", "ann")));
        try (TestClient ann = new TestClient(ensemble.connectString(), SESSION, ensemble.saslClientConfig("ann"));
                TestClient bob = new TestClient(ensemble.connectString(), SESSION, ensemble.saslClientConfig("bob"))) {
            ann.awaitState(KeeperState.SaslAuthenticated, SESSION);
            bob.awaitState(KeeperState.SaslAuthenticated, SESSION);
            ann.zk().create("/sasl", new byte[0], annOnly, CreateMode.PERSISTENT);
            assertThat(ann.read("/sasl")).isEmpty();
            assertThatThrownBy(() -> bob.read("/sasl")).isInstanceOf(NoAuthException.class);
        }
    }

    @Test
    void shouldRefuseUsersNobodyAdded(EmbeddedZooKeeper ensemble) {
        assertThatThrownBy(() -> ensemble.saslClientConfig("eve")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldKnowTheClientByItsCertificateWhenItComesOverTls(EmbeddedZooKeeper ensemble) throws Exception {
        List<ACL> certificateOnly =
                Collections.singletonList(new ACL(Perms.ALL, new Id("x509", TlsFiles.CLIENT_PRINCIPAL)));
        try (TestClient secure = new TestClient(ensemble.secureConnectString(), SESSION, ensemble.tlsClientConfig());
                TestClient plain = new TestClient(ensemble.connectString())) {
            secure.zk().create("/x509", new byte[0], certificateOnly, CreateMode.PERSISTENT);
            assertThat(secure.read("/x509")).isEmpty();
            assertThatThrownBy(() -> plain.read("/x509")).isInstanceOf(NoAuthException.class);
        }
    }

    @Test
    void shouldRefuseAClientWithoutCertificateWhenItComesOverTls(EmbeddedZooKeeper ensemble) throws Exception {
        ZKClientConfig anonymous = ensemble.tlsClientConfig();
        anonymous.setProperty("zookeeper.ssl.keyStore.location", "");
        ClientLink link = ensemble.secureClientLink(1);
        long before = link.requestCounts().of(Frame.UNKNOWN);
        List<KeeperState> told = new CopyOnWriteArrayList<>();
        ZooKeeper client =
                new ZooKeeper(ensemble.secureConnectString(), 10_000, event -> told.add(event.getState()), anonymous);
        try {
            // Two pieces in an attempt (hello; certificate and request): the second attempt is under way.
            link.awaitPassed(Frame.UNKNOWN, before + 3, SESSION);
            assertThat(told).doesNotContain(KeeperState.SyncConnected);
            assertThat(client.getState().isConnected()).isFalse();
        } finally {
            client.close();
        }
    }
}
