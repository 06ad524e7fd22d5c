package dev.incumbent.embedded.consul;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsTest {

    @Test
    void shouldServeOverTlsOnly(@TempDir Path directory) throws Exception {
        Keys keys = Keys.make(directory, "server");
        try (EmbeddedConsul consul = EmbeddedConsul.builder()
                .nodes(1)
                .tls(keys.certificate(), keys.key())
                .start()) {
            String endpoint = consul.endpoint(1);
            assertThat(endpoint).startsWith("https://");
            HttpClient client = HttpClient.newBuilder()
                    .sslContext(trusting(keys.certificate()))
                    .build();
            assertThat(leader(client, endpoint)).startsWith("\"127.0.0.1:");
            String plain = endpoint.replace("https", "http");
            assertThatThrownBy(() -> leader(client, plain)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void shouldRefuseClientsWithoutACertificateWhenItAsksForOne(@TempDir Path directory) throws Exception {
        Keys keys = Keys.make(directory, "server");
        try (EmbeddedConsul consul = EmbeddedConsul.builder()
                .nodes(1)
                .tls(keys.certificate(), keys.key())
                .clientAuth(keys.certificate())
                .start()) {
            HttpClient client = HttpClient.newBuilder()
                    .sslContext(trusting(keys.certificate()))
                    .build();
            assertThatThrownBy(() -> leader(client, consul.endpoint(1))).isInstanceOf(IOException.class);
        }
        assertThatThrownBy(() ->
                        EmbeddedConsul.builder().clientAuth(keys.certificate()).start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("needs tls");
    }

    private static String leader(HttpClient client, String endpoint) throws IOException, InterruptedException {
        return client.send(
                        HttpRequest.newBuilder(URI.create(endpoint + "/v1/status/leader"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static SSLContext trusting(Path certificate) throws Exception {
        KeyStore known = KeyStore.getInstance(KeyStore.getDefaultType());
        known.load(null, null);
        try (InputStream stream = Files.newInputStream(certificate)) {
            known.setCertificateEntry(
                    "server", CertificateFactory.getInstance("X.509").generateCertificate(stream));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(known);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
