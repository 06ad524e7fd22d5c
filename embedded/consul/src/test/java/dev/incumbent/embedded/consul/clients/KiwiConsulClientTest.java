package dev.incumbent.embedded.consul.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.incumbent.embedded.consul.ConsulExtension;
import java.math.BigInteger;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.kiwiproject.consul.Consul;
import org.kiwiproject.consul.ConsulException;
import org.kiwiproject.consul.KeyValueClient;
import org.kiwiproject.consul.cache.KVCache;
import org.kiwiproject.consul.model.ConsulResponse;
import org.kiwiproject.consul.model.kv.ImmutableOperation;
import org.kiwiproject.consul.model.kv.TxResponse;
import org.kiwiproject.consul.model.kv.Value;
import org.kiwiproject.consul.model.kv.Verb;
import org.kiwiproject.consul.model.session.ImmutableSession;
import org.kiwiproject.consul.option.ImmutablePutOptions;
import org.kiwiproject.consul.util.LeaderElectionUtil;

/** Kiwi's consul-client, which goes by OkHttp and Jackson, against a follower of the embedded server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KiwiConsulClientTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @RegisterExtension
    static final ConsulExtension CONSUL = ConsulExtension.cluster(3);

    private Consul consul;
    private KeyValueClient keys;

    @BeforeAll
    void connect() {
        int follower = CONSUL.get().awaitLeader(PATIENCE) % 3 + 1;
        consul = Consul.builder().withUrl(CONSUL.get().endpoint(follower)).build();
        keys = consul.keyValueClient();
    }

    @AfterAll
    void disconnect() {
        consul.destroy();
    }

    @Test
    void shouldWriteReadAndDelete() {
        assertThat(keys.putValue("kv/a", "one", 42)).isTrue();
        Value read = keys.getValue("kv/a").orElseThrow();
        assertThat(read.getValueAsString()).hasValue("one");
        assertThat(read.getFlags()).isEqualTo(42);
        assertThat(keys.putValue(
                        "kv/a",
                        "two",
                        0,
                        ImmutablePutOptions.builder().cas(read.getModifyIndex()).build()))
                .isTrue();
        assertThat(keys.putValue(
                        "kv/a",
                        "three",
                        0,
                        ImmutablePutOptions.builder().cas(read.getModifyIndex()).build()))
                .isFalse();
        assertThat(keys.getKeys("kv/")).containsExactly("kv/a");
        assertThat(keys.getValuesAsString("kv/")).containsExactly("two");
        keys.deleteKeys("kv/");
        assertThat(keys.getValue("kv/a")).isEmpty();
    }

    @Test
    void shouldHoldAKeyWithASession() {
        String session = consul.sessionClient()
                .createSession(ImmutableSession.builder()
                        .name("kiwi")
                        .ttl("20s")
                        .lockDelay("0s")
                        .build())
                .getId();
        assertThat(keys.acquireLock("lock/a", "1", session)).isTrue();
        assertThat(keys.getSession("lock/a")).hasValue(session);
        assertThat(consul.sessionClient().renewSession(session).orElseThrow().getTtl())
                .hasValue("20s");
        assertThat(keys.releaseLock("lock/a", session)).isTrue();
        consul.sessionClient().destroySession(session);
        assertThat(consul.sessionClient().getSessionInfo(session)).isEmpty();
    }

    @Test
    void shouldRunATransaction() {
        ConsulResponse<TxResponse> done = keys.performTransaction(
                ImmutableOperation.builder(Verb.SET).key("txn/a").value("one").build(),
                ImmutableOperation.builder(Verb.GET).key("txn/a").build());
        assertThat(done.getResponse().errors()).isEmpty();
        assertThat(done.getResponse().results().get(1).values())
                .singleElement()
                .satisfies(read -> assertThat(read.getValueAsString()).hasValue("one"));

        assertThatThrownBy(() -> keys.performTransaction(ImmutableOperation.builder(Verb.CHECK_INDEX)
                        .key("txn/a")
                        .index(BigInteger.ONE)
                        .build()))
                .isInstanceOf(ConsulException.class)
                .hasMessageContaining("409")
                .hasMessageContaining("failed index check");
    }

    @Test
    void shouldFollowAPrefix() throws InterruptedException {
        try (KVCache cache = KVCache.newCache(keys, "cache/", 5)) {
            cache.start();
            assertThat(cache.awaitInitialized(30, TimeUnit.SECONDS)).isTrue();
            keys.putValue("cache/a", "one");
            await().atMost(PATIENCE).until(() -> cache.getMap().containsKey("a"));
            keys.putValue("cache/a", "two");
            await().atMost(PATIENCE).until(() -> cache.getMap().values().stream()
                    .anyMatch(value -> value.getValueAsString().equals(Optional.of("two"))));
            keys.deleteKey("cache/a");
            await().atMost(PATIENCE).until(() -> cache.getMap().isEmpty());
        }
    }

    @Test
    void shouldElectItsLeader() {
        LeaderElectionUtil election = new LeaderElectionUtil(consul);
        assertThat(election.electNewLeaderForService("billing", "one")).hasValue("one");
        assertThat(election.getLeaderInfoForService("billing")).hasValue("one");
        assertThat(election.electNewLeaderForService("billing", "two")).hasValue("one");
        assertThat(election.releaseLockForService("billing")).isTrue();
    }

    @Test
    void shouldSayWhoIsThere() {
        assertThat(consul.statusClient().getLeader()).startsWith("127.0.0.1:");
        assertThat(consul.statusClient().getPeers()).hasSize(3);
        assertThat(consul.agentClient().getMembers()).hasSize(3);
        assertThat(consul.catalogClient().getNodes().getResponse()).hasSize(3);
        assertThat(consul.healthClient().getHealthyServiceInstances("consul").getResponse())
                .hasSize(3);
    }
}
