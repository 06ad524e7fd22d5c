package dev.incumbent.embedded.etcd;

import static dev.incumbent.embedded.etcd.EtcdClient.bytes;
import static dev.incumbent.embedded.etcd.EtcdClient.statusOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import dev.incumbent.embedded.etcd.wire.lock.LockRequest;
import dev.incumbent.embedded.etcd.wire.lock.LockResponse;
import dev.incumbent.embedded.etcd.wire.lock.UnlockRequest;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class LockTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @RegisterExtension
    static final EtcdExtension ETCD = EtcdExtension.cluster(1);

    private final EtcdClient client = new EtcdClient(ETCD.get().endpoint(1));

    @AfterEach
    void close() {
        client.close();
    }

    @Test
    void shouldBeHeldByOneAtATime() throws Exception {
        ByteString first = lock("one", client.grant(60)).get().getKey();
        ListenableFuture<LockResponse> second = lock("one", client.grant(60));
        awaitKeys("one", 2);
        assertThat(second.isDone()).isFalse();
        unlock(first);
        LockResponse held = second.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(held.getKey()).isNotEqualTo(first);
        // As of when it was handed over, not of when it was asked for.
        assertThat(held.getHeader().getRevision())
                .isGreaterThan(client.prefix("one/").getKvs(0).getCreateRevision());
    }

    @Test
    void shouldHaveItAgainWhenTheSameLeaseAsks() throws Exception {
        long lease = client.grant(60);
        ByteString first = lock("again", lease).get().getKey();
        assertThat(lock("again", lease).get().getKey()).isEqualTo(first);
    }

    @Test
    void shouldBeHandedOnWhenTheHoldersLeaseEnds() throws Exception {
        long lease = client.grant(1_000);
        lock("ending", lease).get();
        ListenableFuture<LockResponse> next = lock("ending", client.grant(60));
        awaitKeys("ending", 2);
        ETCD.get().expireLease(lease);
        next.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void shouldFailWhenItsOwnLeaseEndedWhileItWaited() throws Exception {
        ByteString first = lock("lost", client.grant(60)).get().getKey();
        long lease = client.grant(60);
        ListenableFuture<LockResponse> lost = lock("lost", lease);
        awaitKeys("lost", 2);
        client.revoke(lease);
        assertThatThrownBy(lost::get).hasMessageContaining("UNKNOWN: mutex: session is expired");
        unlock(first);
    }

    @Test
    void shouldTakeItsKeyAlongWhenTheCallIsCancelled() throws Exception {
        lock("cancelled", client.grant(60)).get();
        ListenableFuture<LockResponse> waiting = lock("cancelled", client.grant(60));
        awaitKeys("cancelled", 2);
        waiting.cancel(true);
        awaitKeys("cancelled", 1);
    }

    /** The second call adopts the key of the first; what the first one leaves behind must not take it away. */
    @Test
    void shouldKeepTheKeyWhenOnlyOneOfTwoCallsOnALeaseIsCancelled() throws Exception {
        ByteString holder = lock("twice", client.grant(60)).get().getKey();
        long lease = client.grant(60);
        ListenableFuture<LockResponse> first = lock("twice", lease);
        awaitKeys("twice", 2);
        ListenableFuture<LockResponse> second = lock("twice", lease);
        long seen = client.put("twice-seen", "").getHeader().getRevision();
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> client.put("twice-seen", "").getHeader().getRevision() > seen + 1);
        first.cancel(true);
        unlock(holder);
        assertThat(second.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).getKey())
                .isEqualTo(bytes("twice/" + Long.toHexString(lease)));
    }

    @Test
    void shouldRefuseToUnlockNothing() {
        Status status = statusOf(() -> unlock(ByteString.EMPTY));
        assertThat(status.getCode()).isEqualTo(Status.Code.UNKNOWN);
        assertThat(status.getDescription()).isEqualTo("etcdserver: key is not provided");
    }

    private ListenableFuture<LockResponse> lock(String name, long lease) {
        return client.lockLater()
                .lock(LockRequest.newBuilder()
                        .setName(bytes(name))
                        .setLease(lease)
                        .build());
    }

    private void unlock(ByteString key) {
        assertThat(client.lock()
                        .unlock(UnlockRequest.newBuilder().setKey(key).build())
                        .hasHeader())
                .isTrue();
    }

    private void awaitKeys(String name, int count) {
        Awaitility.await()
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(2))
                .until(() -> client.prefix(name + "/").getKvsCount() == count);
    }
}
