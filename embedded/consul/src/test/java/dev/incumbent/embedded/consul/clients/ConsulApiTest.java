package dev.incumbent.embedded.consul.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ecwid.consul.v1.ConsistencyMode;
import com.ecwid.consul.v1.ConsulClient;
import com.ecwid.consul.v1.ConsulRawClient;
import com.ecwid.consul.v1.OperationException;
import com.ecwid.consul.v1.QueryParams;
import com.ecwid.consul.v1.Response;
import com.ecwid.consul.v1.catalog.CatalogServicesRequest;
import com.ecwid.consul.v1.health.HealthServicesRequest;
import com.ecwid.consul.v1.kv.model.GetValue;
import com.ecwid.consul.v1.kv.model.PutParams;
import com.ecwid.consul.v1.session.model.NewSession;
import com.ecwid.consul.v1.session.model.Session;
import dev.incumbent.embedded.consul.ConsulExtension;
import dev.incumbent.embedded.consul.EmbeddedConsul;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The client of {@code election-consul}, as it comes, against the embedded server. */
class ConsulApiTest {

    @RegisterExtension
    static final ConsulExtension CONSUL =
            ConsulExtension.of(EmbeddedConsul.builder().nodes(1).sessionTtlMin(Duration.ofSeconds(1)));

    private final String host = URI.create(CONSUL.get().endpoint(1)).getHost();
    private final int port = URI.create(CONSUL.get().endpoint(1)).getPort();
    private final ConsulClient client = new ConsulClient(host, port);

    private String session(String ttl) {
        NewSession wanted = new NewSession();
        wanted.setName("test");
        wanted.setTtl(ttl);
        return client.sessionCreate(wanted, QueryParams.DEFAULT).getValue();
    }

    private static PutParams acquire(String session) {
        PutParams parameters = new PutParams();
        parameters.setAcquireSession(session);
        return parameters;
    }

    private static PutParams cas(long index) {
        PutParams parameters = new PutParams();
        parameters.setCas(index);
        return parameters;
    }

    @Test
    void shouldWriteReadAndDelete() {
        assertThat(client.setKVValue("kv/a", "one").getValue()).isTrue();
        assertThat(client.setKVBinaryValue("kv/b", new byte[] {0, -1}).getValue())
                .isTrue();

        Response<GetValue> read = client.getKVValue("kv/a");
        assertThat(read.getValue().getDecodedValue()).isEqualTo("one");
        assertThat(read.getConsulIndex()).isEqualTo(read.getValue().getModifyIndex());
        assertThat(read.isConsulKnownLeader()).isTrue();
        assertThat(read.getConsulLastContact()).isZero();
        assertThat(client.getKVBinaryValue("kv/b").getValue().getValue()).containsExactly(0, -1);
        assertThat(client.getKVKeysOnly("kv/").getValue()).containsExactly("kv/a", "kv/b");
        assertThat(client.getKVValues("kv/", new QueryParams(ConsistencyMode.CONSISTENT))
                        .getValue())
                .hasSize(2);

        client.deleteKVValue("kv/a");
        assertThat(client.getKVValue("kv/a").getValue()).isNull();
        client.deleteKVValues("kv/");
        assertThat(client.getKVKeysOnly("kv/").getValue()).isNull();
    }

    @Test
    void shouldCheckAndSet() {
        assertThat(client.setKVValue("cas/a", "1", cas(0)).getValue()).isTrue();
        assertThat(client.setKVValue("cas/a", "2", cas(0)).getValue()).isFalse();
        long index = client.getKVValue("cas/a").getValue().getModifyIndex();
        assertThat(client.setKVValue("cas/a", "2", cas(index)).getValue()).isTrue();
    }

    @Test
    void shouldHoldAKeyWithASession() {
        String holder = session("20s");
        String other = session("20s");
        assertThat(client.setKVValue("lock/a", "1", acquire(holder)).getValue()).isTrue();
        assertThat(client.setKVValue("lock/a", "2", acquire(other)).getValue()).isFalse();
        GetValue held = client.getKVValue("lock/a").getValue();
        assertThat(held.getSession()).isEqualTo(holder);
        assertThat(held.getLockIndex()).isEqualTo(1);

        Session renewed = client.renewSession(holder, QueryParams.DEFAULT).getValue();
        assertThat(renewed.getTtl()).isEqualTo("20s");
        assertThat(renewed.getBehavior()).isEqualTo(Session.Behavior.RELEASE);
        assertThat(client.getSessionList(QueryParams.DEFAULT).getValue())
                .extracting(Session::getId)
                .contains(holder, other);

        client.sessionDestroy(holder, QueryParams.DEFAULT);
        assertThat(client.getKVValue("lock/a").getValue().getSession()).isNull();
        assertThat(client.getSessionInfo(holder, QueryParams.DEFAULT).getValue())
                .isNull();
        assertThatThrownBy(() -> client.renewSession(holder, QueryParams.DEFAULT))
                .isInstanceOfSatisfying(OperationException.class, gone -> {
                    assertThat(gone.getStatusCode()).isEqualTo(404);
                    assertThat(gone.getStatusContent()).isEqualTo("Session id '" + holder + "' not found");
                });
    }

    @Test
    void shouldWaitForAChange() throws Exception {
        client.setKVValue("wait/a", "1");
        long index = client.getKVValue("wait/a").getConsulIndex();
        CompletableFuture<Response<GetValue>> changed = CompletableFuture.supplyAsync(
                () -> new ConsulClient(host, port).getKVValue("wait/a", new QueryParams(60, index)));

        client.setKVValue("wait/a", "2");

        Response<GetValue> seen = changed.get(30, TimeUnit.SECONDS);
        assertThat(seen.getValue().getDecodedValue()).isEqualTo("2");
        assertThat(seen.getConsulIndex()).isGreaterThan(index);
    }

    @Test
    void shouldEndASessionThatIsNotRenewed() {
        String dies = session("1s");
        assertThat(client.setKVValue("ttl/a", "1", acquire(dies)).getValue()).isTrue();
        long index = client.getKVValue("ttl/a").getConsulIndex();
        assertThat(client.getKVValue("ttl/a", new QueryParams(30, index))
                        .getValue()
                        .getSession())
                .isNull();
    }

    @Test
    void shouldRunATransactionThroughTheRawClient() {
        ConsulRawClient raw = new ConsulRawClient(host, port);
        String session = session("20s");
        var entered = raw.makePutRequest(
                "/v1/txn",
                "[{\"KV\":{\"Verb\":\"check-not-exists\",\"Key\":\"txn/a\"}},{\"KV\":{\"Verb\":\"lock\",\"Key\":\"txn/a\","
                        + "\"Value\":\"MQ==\",\"Session\":\"" + session + "\"}}]");
        assertThat(entered.getStatusCode()).isEqualTo(200);
        assertThat(entered.getContent()).contains("\"Errors\":null").contains("\"Session\":\"" + session + "\"");

        var refused = raw.makePutRequest("/v1/txn", "[{\"KV\":{\"Verb\":\"check-not-exists\",\"Key\":\"txn/a\"}}]");
        assertThat(refused.getStatusCode()).isEqualTo(409);
        assertThat(refused.getContent()).contains("key \\\"txn/a\\\" exists");
    }

    @Test
    void shouldSayWhoIsThere() {
        String name = CONSUL.get().nodeName(1);
        assertThat(client.getAgentSelf().getValue().getConfig().getNodeName()).isEqualTo(name);
        assertThat(client.getAgentMembers().getValue()).singleElement().satisfies(member -> {
            assertThat(member.getName()).isEqualTo(name);
            assertThat(member.getStatus()).isEqualTo(1);
        });
        assertThat(client.getStatusLeader().getValue()).startsWith("127.0.0.1:");
        assertThat(client.getStatusPeers().getValue()).hasSize(1);
        assertThat(client.getCatalogDatacenters().getValue()).isEqualTo(List.of("dc1"));
        assertThat(client.getCatalogServices(CatalogServicesRequest.newBuilder().build())
                        .getValue())
                .isEqualTo(Map.of("consul", List.of()));
        assertThat(client.getHealthServices(
                                "consul",
                                HealthServicesRequest.newBuilder()
                                        .setPassing(true)
                                        .build())
                        .getValue())
                .singleElement()
                .satisfies(found -> assertThat(found.getNode().getNode()).isEqualTo(name));
    }
}
