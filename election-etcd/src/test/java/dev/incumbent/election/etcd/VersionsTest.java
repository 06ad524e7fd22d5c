package dev.incumbent.election.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.StatusResponse;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.grpc.Status;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When a member is asked for its version. */
final class VersionsTest {

    private static final ResponseHeader HEADER =
            ResponseHeader.newBuilder().setClusterId(1).build();

    private final ScriptedServer server = new ScriptedServer();

    @AfterEach
    void close() {
        server.close();
    }

    private void answerARequest() {
        server.onLoop(() -> server.cluster().read(Rpc.TXN, TxnRequest.getDefaultInstance()));
        server.answer("Txn", TxnResponse.newBuilder().setHeader(HEADER).build());
    }

    private void report(String version) {
        server.answer(
                "Status",
                StatusResponse.newBuilder()
                        .setHeader(HEADER)
                        .setVersion(version)
                        .build());
    }

    private int asked() {
        return server.calls("Status").size();
    }

    private String known() {
        return server.cluster().versions().versionOf(server.cluster().preferred());
    }

    @Test
    void shouldAskOnceWhileTheConnectionLasts() {
        answerARequest();
        report("3.4.23");
        answerARequest();

        assertThat(asked()).isEqualTo(1);
        assertThat(known()).isEqualTo("3.4.23");
    }

    @Test
    void shouldAskAgainWhenTheMemberWasUpgraded() {
        answerARequest();
        report("3.4.23");
        server.reconnect();
        answerARequest();
        report("3.5.16");
        answerARequest();

        assertThat(asked()).isEqualTo(2);
        assertThat(known()).isEqualTo("3.5.16");
    }

    @Test
    void shouldAskAgainWhenNoAnswerCame() {
        answerARequest();
        server.fail("Status", Status.UNAVAILABLE);
        answerARequest();
        report("3.5.16");

        assertThat(asked()).isEqualTo(2);
        assertThat(known()).isEqualTo("3.5.16");
    }

    @Test
    void shouldNotAskAgainWhereItMayNot() {
        answerARequest();
        server.fail("Status", Status.PERMISSION_DENIED);
        answerARequest();

        assertThat(asked()).isEqualTo(1);
    }
}
