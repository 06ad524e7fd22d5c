package dev.incumbent.election.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.spi.Outcome;
import io.etcd.jetcd.api.AuthenticateResponse;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One request and its token, answer by answer. */
final class ClusterTest {

    private static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
    private static final ResponseHeader HEADER =
            ResponseHeader.newBuilder().setClusterId(1).build();
    private static final Status OLD =
            Status.INVALID_ARGUMENT.withDescription("etcdserver: revision of auth store is old");
    private static final Status LAPSED = Status.UNAUTHENTICATED.withDescription("etcdserver: invalid auth token");

    private final ScriptedServer server =
            new ScriptedServer(new Credentials("ann", "secret"), TimeUnit.MINUTES.toNanos(1));

    @AfterEach
    void close() {
        server.close();
    }

    private CompletableFuture<Reply<TxnResponse>> write() {
        CompletableFuture<Reply<TxnResponse>> answer = new CompletableFuture<>();
        server.onLoop(() ->
                server.cluster().write(Rpc.TXN, TxnRequest.getDefaultInstance()).thenAccept(answer::complete));
        return answer;
    }

    private void issue(String token) {
        server.answer(
                "Authenticate",
                AuthenticateResponse.newBuilder()
                        .setHeader(HEADER)
                        .setToken(token)
                        .build());
    }

    private void carriedOut() {
        server.answer("Txn", TxnResponse.newBuilder().setHeader(HEADER).build());
    }

    private static Reply<TxnResponse> get(CompletableFuture<Reply<TxnResponse>> answer) throws Exception {
        return answer.get(20, TimeUnit.SECONDS);
    }

    private List<String> tokens() {
        return server.calls("Txn").stream()
                .map(call -> String.valueOf(call.headers().get(TOKEN)))
                .toList();
    }

    @Test
    void shouldAskForATokenWhenUsersAreSwitchedOnLater() throws Exception {
        CompletableFuture<Reply<TxnResponse>> before = write();
        server.fail(
                "Authenticate",
                Status.FAILED_PRECONDITION.withDescription("etcdserver: authentication is not enabled"));
        carriedOut();
        assertThat(get(before).isOk()).isTrue();

        CompletableFuture<Reply<TxnResponse>> after = write();
        server.fail("Txn", Status.INVALID_ARGUMENT.withDescription("etcdserver: user name is empty"));
        issue("new");
        carriedOut();

        assertThat(get(after).isOk()).isTrue();
        assertThat(tokens()).containsExactly("null", "null", "new");
    }

    @Test
    void shouldBeUnavailableWhenUsersAreChangedTwiceWithinOneCall() throws Exception {
        CompletableFuture<Reply<TxnResponse>> answer = write();
        issue("first");
        server.fail("Txn", OLD);
        issue("second");
        server.fail("Txn", OLD);

        assertThat(EtcdErrors.write(get(answer))).isInstanceOf(Outcome.Unavailable.class);
    }

    @Test
    void shouldKeepTheNewTokenWhenACallWithTheOldOneFailsLate() throws Exception {
        CompletableFuture<Reply<TxnResponse>> first = write();
        issue("old");
        CompletableFuture<Reply<TxnResponse>> second = write();
        List<ScriptedServer.Call> calls = server.calls("Txn");
        server.fail(calls.get(0), LAPSED);
        issue("new");
        carriedOut();
        server.fail(calls.get(1), LAPSED);
        carriedOut();

        assertThat(get(first).isOk()).isTrue();
        assertThat(get(second).isOk()).isTrue();
        assertThat(server.calls("Authenticate")).hasSize(2);
        assertThat(tokens()).containsExactly("old", "old", "new", "new");
    }

    @Test
    void shouldFailWhenTheAnswerHasNoMessage() throws Exception {
        CompletableFuture<Reply<TxnResponse>> answer = write();
        issue("token");
        server.fail("Txn", Status.OK);

        assertThat(get(answer).isOk()).isFalse();
        assertThat(EtcdErrors.write(get(answer))).isInstanceOf(Outcome.Ambiguous.class);
    }
}
