package dev.incumbent.embedded.etcd;

import static dev.incumbent.embedded.etcd.EtcdClient.statusOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.incumbent.embedded.etcd.wire.AuthEnableRequest;
import dev.incumbent.embedded.etcd.wire.AuthRoleAddRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserAddRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserGrantRoleRequest;
import io.grpc.InsecureChannelCredentials;
import io.grpc.Status;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsTest {

    @TempDir
    static Path directory = Path.of("");

    private static Keys server = new Keys(directory, directory);
    private static Keys root = new Keys(directory, directory);

    @BeforeAll
    static void makeKeys() throws Exception {
        server = Keys.make(directory, "server");
        root = Keys.make(directory, "root");
    }

    @Test
    void shouldServeBothProtocolsOverTls() throws Exception {
        try (EmbeddedEtcd etcd = EmbeddedEtcd.builder()
                        .nodes(1)
                        .tls(server.certificate(), server.key())
                        .start();
                EtcdClient client = new EtcdClient(etcd.endpoint(1), trusting().build());
                EtcdClient plain = new EtcdClient(etcd.endpoint(1), InsecureChannelCredentials.create())) {
            assertThat(etcd.endpoint(1)).startsWith("https://");
            client.put("a", "1");
            assertThat(client.get("a")).contains("1");
            assertThat(statusOf(() -> plain.get("a")).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            for (HttpClient.Version version : new HttpClient.Version[] {HttpClient.Version.HTTP_1_1}) {
                HttpClient http = HttpClient.newBuilder()
                        .version(version)
                        .sslContext(trustingContext())
                        .build();
                HttpResponse<String> response = http.send(
                        HttpRequest.newBuilder(URI.create(etcd.endpoint(1) + "/health"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                assertThat(response.body()).contains("\"health\":\"true\"");
            }
        }
    }

    @Test
    void shouldTakeTheCertificatesNameForTheUserWhenClientsShowOne() throws Exception {
        try (EmbeddedEtcd etcd = EmbeddedEtcd.builder()
                        .nodes(1)
                        .tls(server.certificate(), server.key())
                        .clientAuth(root.certificate())
                        .start();
                EtcdClient client = new EtcdClient(
                        etcd.endpoint(1),
                        trusting()
                                .keyManager(
                                        root.certificate().toFile(), root.key().toFile())
                                .build());
                EtcdClient stranger =
                        new EtcdClient(etcd.endpoint(1), trusting().build())) {
            client.put("a", "1");
            assertThat(statusOf(() -> stranger.get("a")).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            enableAuth(client);
            assertThat(client.get("a")).contains("1");
            Status badToken = statusOf(() -> client.token("x").get("a"));
            assertThat(badToken.getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
        }
    }

    @Test
    void shouldSayWhatIsWrongWhenThereIsNoKey() {
        assertThatThrownBy(() -> EmbeddedEtcd.builder()
                        .nodes(1)
                        .tls(server.key(), server.certificate())
                        .start())
                .isInstanceOf(EmbeddedEtcdException.class)
                .hasRootCauseInstanceOf(Exception.class);
        assertThatThrownBy(() ->
                        EmbeddedEtcd.builder().clientAuth(root.certificate()).start())
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static void enableAuth(EtcdClient client) {
        assertThat(client.auth()
                        .userAdd(AuthUserAddRequest.newBuilder()
                                .setName("root")
                                .setPassword("x")
                                .build()))
                .isNotNull();
        assertThat(client.auth()
                        .roleAdd(AuthRoleAddRequest.newBuilder().setName("root").build()))
                .isNotNull();
        assertThat(client.auth()
                        .userGrantRole(AuthUserGrantRoleRequest.newBuilder()
                                .setUser("root")
                                .setRole("root")
                                .build()))
                .isNotNull();
        assertThat(client.auth().authEnable(AuthEnableRequest.getDefaultInstance()))
                .isNotNull();
    }

    private static TlsChannelCredentials.Builder trusting() throws IOException {
        return TlsChannelCredentials.newBuilder()
                .trustManager(server.certificate().toFile());
    }

    private static SSLContext trustingContext() throws Exception {
        KeyStore trust = KeyStore.getInstance("PKCS12");
        trust.load(null, null);
        try (InputStream in = Files.newInputStream(server.certificate())) {
            trust.setCertificateEntry(
                    "server", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trust);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }
}
