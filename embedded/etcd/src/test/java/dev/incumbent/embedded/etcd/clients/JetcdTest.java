package dev.incumbent.embedded.etcd.clients;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.incumbent.embedded.etcd.EmbeddedEtcd;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.Election;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.auth.Permission;
import io.etcd.jetcd.election.CampaignResponse;
import io.etcd.jetcd.election.LeaderResponse;
import io.etcd.jetcd.election.NoLeaderException;
import io.etcd.jetcd.election.NotLeaderException;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.lease.LeaseKeepAliveResponse;
import io.etcd.jetcd.lock.LockResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.LeaseOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.support.Observers;
import io.etcd.jetcd.watch.WatchEvent;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** jetcd, unchanged, against three embedded nodes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JetcdTest {

    private static final long LEASE_SECONDS = 10;

    private final EmbeddedEtcd etcd = EmbeddedEtcd.start(3);
    private final Client client = client();

    private Client client() {
        return Client.builder()
                .endpoints(etcd.endpoints().toArray(String[]::new))
                .build();
    }

    @AfterAll
    void stop() {
        client.close();
        etcd.close();
    }

    @Test
    void shouldPutGetAndDelete() {
        KV kv = client.getKVClient();
        long first = get(kv.put(bytes("kv/a"), bytes("1"))).getHeader().getRevision();
        get(kv.put(bytes("kv/a"), bytes("2"), PutOption.builder().withPrevKV().build()));
        get(kv.put(bytes("kv/b"), bytes("3")));

        assertThat(get(kv.get(bytes("kv/a"))).getKvs())
                .extracting(found -> found.getValue().toString(UTF_8))
                .containsExactly("2");
        assertThat(get(kv.get(
                                bytes("kv/a"),
                                GetOption.builder().withRevision(first).build()))
                        .getKvs())
                .extracting(found -> found.getValue().toString(UTF_8))
                .containsExactly("1");
        GetOption newestFirst = GetOption.builder()
                .isPrefix(true)
                .withSortField(GetOption.SortTarget.MOD)
                .withSortOrder(GetOption.SortOrder.DESCEND)
                .withLimit(1)
                .build();
        assertThat(get(kv.get(bytes("kv/"), newestFirst)).isMore()).isTrue();
        assertThat(get(kv.get(bytes("kv/"), newestFirst)).getKvs())
                .extracting(found -> found.getKey().toString(UTF_8))
                .containsExactly("kv/b");
        assertThat(get(kv.delete(
                                bytes("kv/"),
                                DeleteOption.builder().isPrefix(true).build()))
                        .getDeleted())
                .isEqualTo(2);
    }

    @Test
    void shouldTakeOneBranchOfATransaction() {
        KV kv = client.getKVClient();
        Cmp absent = new Cmp(bytes("txn/a"), Cmp.Op.EQUAL, CmpTarget.version(0));
        Op put = Op.put(bytes("txn/a"), bytes("1"), PutOption.DEFAULT);
        Op get = Op.get(bytes("txn/a"), GetOption.DEFAULT);

        TxnResponse won = get(kv.txn().If(absent).Then(put, get).Else(get).commit());
        TxnResponse lost = get(kv.txn().If(absent).Then(put).Else(get).commit());

        assertThat(won.isSucceeded()).isTrue();
        assertThat(won.getGetResponses().get(0).getKvs().get(0).getModRevision())
                .isEqualTo(won.getHeader().getRevision());
        assertThat(lost.isSucceeded()).isFalse();
        assertThat(lost.getGetResponses().get(0).getCount()).isEqualTo(1);
    }

    @Test
    void shouldKeepALeaseAliveAndLoseItsKeysWhenItIsRevoked() {
        long lease = get(client.getLeaseClient().grant(LEASE_SECONDS)).getID();
        get(client.getKVClient()
                .put(
                        bytes("lease/a"),
                        bytes("1"),
                        PutOption.builder().withLeaseId(lease).build()));
        Queue<LeaseKeepAliveResponse> renewals = new ConcurrentLinkedQueue<>();
        try (var keeper = client.getLeaseClient()
                .keepAlive(
                        lease,
                        Observers.<LeaseKeepAliveResponse>builder()
                                .onNext(renewals::add)
                                .build())) {
            assertThat(keeper).isNotNull();
            await().until(() -> !renewals.isEmpty());
        }
        assertThat(renewals.element().getTTL()).isEqualTo(LEASE_SECONDS);
        assertThat(get(client.getLeaseClient()
                                .timeToLive(
                                        lease,
                                        LeaseOption.builder().withAttachedKeys().build()))
                        .getKeys())
                .hasSize(1);

        get(client.getLeaseClient().revoke(lease));

        assertThat(get(client.getKVClient().get(bytes("lease/a"))).getCount()).isZero();
        assertThatThrownBy(() -> get(client.getLeaseClient().revoke(lease)))
                .hasStackTraceContaining("etcdserver: requested lease not found");
    }

    @Test
    void shouldWatchFromThePastOn() {
        KV kv = client.getKVClient();
        long first = get(kv.put(bytes("watch/a"), bytes("1"))).getHeader().getRevision();
        get(kv.put(bytes("watch/a"), bytes("2")));
        Queue<WatchEvent> events = new ConcurrentLinkedQueue<>();
        WatchOption option = WatchOption.builder()
                .isPrefix(true)
                .withRevision(first)
                .withPrevKV(true)
                .build();
        try (Watch.Watcher watcher = client.getWatchClient()
                .watch(bytes("watch/"), option, response -> events.addAll(response.getEvents()))) {
            assertThat(watcher.isClosed()).isFalse();
            await().until(() -> events.size() == 2);
            get(kv.delete(bytes("watch/a")));
            await().until(() -> events.size() == 3);
        }
        assertThat(events)
                .extracting(WatchEvent::getEventType)
                .containsExactly(WatchEvent.EventType.PUT, WatchEvent.EventType.PUT, WatchEvent.EventType.DELETE);
        assertThat(events)
                .extracting(event -> event.getPrevKV().getValue().toString(UTF_8))
                .containsExactly("", "1", "2");
    }

    @Test
    void shouldElectOneAfterTheOther() {
        Election election = client.getElectionClient();
        ByteSequence name = bytes("elections/one");
        long first = get(client.getLeaseClient().grant(LEASE_SECONDS)).getID();
        long second = get(client.getLeaseClient().grant(LEASE_SECONDS)).getID();
        Queue<String> observed = new ConcurrentLinkedQueue<>();

        CampaignResponse leader = get(election.campaign(name, first, bytes("first")));
        election.observe(name, new Election.Listener() {
            @Override
            public void onNext(LeaderResponse response) {
                observed.add(response.getKv().getValue().toString(UTF_8));
            }

            @Override
            public void onError(Throwable failure) {
                observed.add(failure.toString());
            }

            @Override
            public void onCompleted() {
                observed.add("completed");
            }
        });
        await().until(() -> observed.contains("first"));
        CompletableFuture<CampaignResponse> waiting = election.campaign(name, second, bytes("second"));
        get(election.proclaim(leader.getLeader(), bytes("first, again")));
        await().until(() -> observed.contains("first, again"));
        assertThat(get(election.leader(name)).getKv().getValue()).isEqualTo(bytes("first, again"));
        assertThat(waiting).isNotDone();

        get(election.resign(leader.getLeader()));

        CampaignResponse next = get(waiting);
        assertThat(next.getLeader().getRevision())
                .isGreaterThan(leader.getLeader().getRevision());
        await().until(() -> observed.contains("second"));
        // jetcd makes these of the server's texts.
        assertThatThrownBy(() -> get(election.proclaim(leader.getLeader(), bytes("late"))))
                .hasCauseInstanceOf(NotLeaderException.class);
        get(election.resign(next.getLeader()));
        assertThatThrownBy(() -> get(election.leader(name))).hasCauseInstanceOf(NoLeaderException.class);
    }

    @Test
    void shouldLockForOneAfterTheOther() {
        long first = get(client.getLeaseClient().grant(LEASE_SECONDS)).getID();
        long second = get(client.getLeaseClient().grant(LEASE_SECONDS)).getID();
        LockResponse held = get(client.getLockClient().lock(bytes("lock"), first));
        CompletableFuture<LockResponse> waiting = client.getLockClient().lock(bytes("lock"), second);
        await().until(() -> get(client.getKVClient()
                                .get(
                                        bytes("lock/"),
                                        GetOption.builder().isPrefix(true).build()))
                        .getCount()
                == 2);
        assertThat(waiting).isNotDone();

        get(client.getLockClient().unlock(held.getKey()));

        assertThat(get(waiting).getKey()).isNotEqualTo(held.getKey());
    }

    @Test
    void shouldAskForAPasswordOnceAuthIsEnabled() {
        try (EmbeddedEtcd guarded = EmbeddedEtcd.start(1);
                Client anybody = Client.builder()
                        .endpoints(guarded.endpoints().toArray(String[]::new))
                        .build();
                Client root = user(guarded, "root", "secret");
                Client reader = user(guarded, "reader", "hunter2")) {
            var auth = anybody.getAuthClient();
            get(auth.userAdd(bytes("root"), bytes("secret")));
            get(auth.roleAdd(bytes("root")));
            get(auth.userGrantRole(bytes("root"), bytes("root")));
            get(auth.userAdd(bytes("reader"), bytes("hunter2")));
            get(auth.roleAdd(bytes("only-a")));
            get(auth.roleGrantPermission(bytes("only-a"), bytes("a"), bytes("b"), Permission.Type.READ));
            get(auth.userGrantRole(bytes("reader"), bytes("only-a")));
            get(auth.authEnable());

            get(root.getKVClient().put(bytes("a/1"), bytes("x")));
            assertThat(get(reader.getKVClient().get(bytes("a/1"))).getCount()).isEqualTo(1);
            assertThatThrownBy(() -> get(reader.getKVClient().put(bytes("a/1"), bytes("y"))))
                    .hasStackTraceContaining("etcdserver: permission denied");
            assertThatThrownBy(() -> get(anybody.getKVClient().get(bytes("a/1"))))
                    .hasStackTraceContaining("etcdserver: user name is empty");
            assertThat(get(root.getAuthClient().userList()).getUsers()).isEqualTo(List.of("reader", "root"));
        }
    }

    private static Client user(EmbeddedEtcd server, String name, String password) {
        return Client.builder()
                .endpoints(server.endpoints().toArray(String[]::new))
                .user(bytes(name))
                .password(bytes(password))
                .build();
    }

    private static <T> T get(CompletableFuture<T> future) {
        return future.orTimeout(20, TimeUnit.SECONDS).join();
    }

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, UTF_8);
    }
}
