package dev.incumbent.embedded.etcd;

import static dev.incumbent.embedded.etcd.EtcdClient.bytes;
import static dev.incumbent.embedded.etcd.EtcdClient.statusOf;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import dev.incumbent.embedded.etcd.wire.Compare;
import dev.incumbent.embedded.etcd.wire.PutRequest;
import dev.incumbent.embedded.etcd.wire.PutResponse;
import dev.incumbent.embedded.etcd.wire.RangeRequest;
import dev.incumbent.embedded.etcd.wire.RequestOp;
import dev.incumbent.embedded.etcd.wire.ResponseHeader;
import dev.incumbent.embedded.etcd.wire.TxnRequest;
import dev.incumbent.embedded.etcd.wire.TxnResponse;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class KvTest {

    @RegisterExtension
    static final EtcdExtension ETCD = EtcdExtension.cluster(3);

    private final EmbeddedEtcd etcd = ETCD.get();

    @Test
    void shouldReadOnEveryNodeWhatWasWrittenOnAnother() {
        for (int writer : etcd.nodes()) {
            try (EtcdClient client = new EtcdClient(etcd.endpoint(writer))) {
                client.put("/kv/" + writer, "by " + writer);
            }
            for (int reader : etcd.nodes()) {
                try (EtcdClient client = new EtcdClient(etcd.endpoint(reader))) {
                    assertThat(client.get("/kv/" + writer)).contains("by " + writer);
                }
            }
        }
    }

    @Test
    void shouldSeeItsOwnWriteInALocalReadOfTheSameNode() {
        for (int node : etcd.nodes()) {
            try (EtcdClient client = new EtcdClient(etcd.endpoint(node))) {
                client.put("/own", "" + node);
                assertThat(client.getLocally("/own")).contains("" + node);
            }
        }
    }

    @Test
    void shouldCarryTheSameClusterAndDifferentMembersInHeaders() {
        Set<Long> members = new HashSet<>();
        Set<Long> clusters = new HashSet<>();
        for (int node : etcd.nodes()) {
            try (EtcdClient client = new EtcdClient(etcd.endpoint(node))) {
                ResponseHeader header = client.put("/header", "").getHeader();
                assertThat(header.getRaftTerm()).isPositive();
                members.add(header.getMemberId());
                clusters.add(header.getClusterId());
            }
        }
        assertThat(clusters).hasSize(1).doesNotContain(0L);
        assertThat(members).hasSize(3).doesNotContain(0L);
    }

    @Test
    void shouldGiveEachWriteItsOwnRevisionWhenManyAreUnderWay() throws Exception {
        List<ListenableFuture<PutResponse>> puts = new ArrayList<>();
        try (EtcdClient client = new EtcdClient(etcd.endpoint(1));
                EtcdClient other = new EtcdClient(etcd.endpoint(2))) {
            long before = client.put("/many", "").getHeader().getRevision();
            for (int i = 0; i < 200; i++) {
                puts.add((i % 2 == 0 ? client : other)
                        .kvLater()
                        .put(PutRequest.newBuilder().setKey(bytes("/many/" + i)).build()));
            }
            Set<Long> revisions = new HashSet<>();
            for (ListenableFuture<PutResponse> put : puts) {
                revisions.add(put.get().getHeader().getRevision());
            }
            assertThat(revisions)
                    .containsExactlyInAnyOrderElementsOf(LongStream.rangeClosed(before + 1, before + 200)
                            .boxed()
                            .toList());
        }
    }

    @Test
    void shouldCompareAndWriteInOneTxn() {
        try (EtcdClient client = new EtcdClient(etcd.endpoint(2))) {
            TxnRequest createIfAbsent = TxnRequest.newBuilder()
                    .addCompare(Compare.newBuilder()
                            .setKey(bytes("/txn"))
                            .setTarget(Compare.CompareTarget.CREATE)
                            .setCreateRevision(0))
                    .addSuccess(RequestOp.newBuilder()
                            .setRequestPut(PutRequest.newBuilder().setKey(bytes("/txn"))))
                    .addFailure(RequestOp.newBuilder()
                            .setRequestRange(RangeRequest.newBuilder().setKey(bytes("/txn"))))
                    .build();
            TxnResponse first = client.kv().txn(createIfAbsent);
            TxnResponse second = client.kv().txn(createIfAbsent);
            assertThat(first.getSucceeded()).isTrue();
            assertThat(second.getSucceeded()).isFalse();
            assertThat(second.getHeader().getRevision())
                    .isEqualTo(first.getHeader().getRevision());
            assertThat(second.getResponses(0).getResponseRange().getKvs(0).getCreateRevision())
                    .isEqualTo(first.getHeader().getRevision());
        }
    }

    @Test
    void shouldAnswerATxnThatOnlyReadsWithoutANewRevision() {
        try (EtcdClient client = new EtcdClient(etcd.endpoint(3))) {
            long revision = client.put("/read-only", "1").getHeader().getRevision();
            TxnResponse response = client.kv()
                    .txn(TxnRequest.newBuilder()
                            .addSuccess(RequestOp.newBuilder()
                                    .setRequestRange(RangeRequest.newBuilder().setKey(bytes("/read-only"))))
                            .build());
            assertThat(response.getHeader().getRevision()).isEqualTo(revision);
            assertThat(response.getResponses(0)
                            .getResponseRange()
                            .getKvs(0)
                            .getValue()
                            .toStringUtf8())
                    .isEqualTo("1");
        }
    }

    @Test
    void shouldRefuseWithEtcdsWordsWhenARequestMakesNoSense() {
        try (EtcdClient client = new EtcdClient(etcd.endpoint(1))) {
            Status empty = statusOf(() -> client.put("", ""));
            assertThat(empty.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(empty.getDescription()).isEqualTo("etcdserver: key is not provided");

            Status future = statusOf(() -> client.kv()
                    .range(RangeRequest.newBuilder()
                            .setKey(bytes("/x"))
                            .setRevision(1_000_000)
                            .build()));
            assertThat(future.getCode()).isEqualTo(Status.Code.OUT_OF_RANGE);
            assertThat(future.getDescription()).isEqualTo("etcdserver: mvcc: required revision is a future revision");
        }
    }

    @Test
    void shouldRefuseWhatIsTooLargeAndServeOn() {
        try (EtcdClient client = new EtcdClient(etcd.endpoint(1))) {
            Status tooLarge = statusOf(() -> putBytes(client, 1_800_000));
            assertThat(tooLarge.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(tooLarge.getDescription()).isEqualTo("etcdserver: request is too large");
            assertThat(statusOf(() -> putBytes(client, 3_000_000)).getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            assertThat(statusOf(() -> putBytes(client, 1_000_000)).isOk()).isTrue();
        }
    }

    private static void putBytes(EtcdClient client, int size) {
        PutResponse ignored = client.kv()
                .put(PutRequest.newBuilder()
                        .setKey(bytes("/large"))
                        .setValue(ByteString.copyFrom(new byte[size]))
                        .build());
        assertThat(ignored.getHeader().getRevision()).isPositive();
    }
}
