package dev.incumbent.embedded.consul.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ecwid.consul.v1.ConsulClient;
import com.ecwid.consul.v1.OperationException;
import com.ecwid.consul.v1.QueryParams;
import com.ecwid.consul.v1.session.model.NewSession;
import dev.incumbent.embedded.consul.ConsulExtension;
import dev.incumbent.embedded.consul.EmbeddedConsul;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** consul-api sends its token as {@code ?token=}. */
class ConsulApiAclTest {

    private static final String TOKEN = "b1a3e7c2-53f1-4a8f-8a8a-6a3c5f1d9e20";
    private static final String STRANGER = "6c1e3f4a-8f6f-4f0a-9d1f-2a1f0a9b8c7d";

    @RegisterExtension
    static final ConsulExtension CONSUL =
            ConsulExtension.of(EmbeddedConsul.builder().nodes(1).managementToken(TOKEN));

    private final URI endpoint = URI.create(CONSUL.get().endpoint(1));
    private final ConsulClient client = new ConsulClient(endpoint.getHost(), endpoint.getPort());

    @Test
    void shouldLetTheTokenInAndNobodyElse() {
        assertThat(client.setKVValue("a", "1", TOKEN, null).getValue()).isTrue();
        assertThat(client.getKVValue("a", TOKEN).getValue().getDecodedValue()).isEqualTo("1");
        assertThat(client.sessionCreate(new NewSession(), QueryParams.DEFAULT, TOKEN)
                        .getValue())
                .isNotEmpty();

        assertThatThrownBy(() -> client.setKVValue("a", "2"))
                .isInstanceOfSatisfying(OperationException.class, refused -> {
                    assertThat(refused.getStatusCode()).isEqualTo(403);
                    assertThat(refused.getStatusContent()).isEqualTo("Permission denied");
                });
        assertThatThrownBy(() -> client.setKVValue("a", "2", STRANGER, null))
                .isInstanceOfSatisfying(OperationException.class, refused -> assertThat(refused.getStatusContent())
                        .isEqualTo("ACL not found"));
        assertThat(client.getKVValue("a", TOKEN).getValue().getDecodedValue()).isEqualTo("1");
    }
}
