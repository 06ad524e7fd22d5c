package dev.incumbent.embedded.consul.internal.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One connection, whose answers the test gives. */
class HttpConnectionTest {

    private record Asked(Request request, CompletableFuture<Response> answer) {}

    private final List<Asked> asked = new ArrayList<>();
    private final EmbeddedChannel channel = new EmbeddedChannel(
            new HttpServerCodec(),
            new HttpObjectAggregator(1 << 20),
            new HttpConnection(new Router().on("/", this::ask, "GET").on("/v1/", this::ask, "GET", "PUT")));

    private CompletableFuture<Response> ask(Request request) {
        CompletableFuture<Response> answer = new CompletableFuture<>();
        asked.add(new Asked(request, answer));
        return answer;
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private void send(String... paths) {
        StringBuilder requests = new StringBuilder();
        for (String path : paths) {
            requests.append("GET ").append(path).append(" HTTP/1.1\r\nHost: x\r\n\r\n");
        }
        channel.writeInbound(Unpooled.copiedBuffer(requests, US_ASCII));
    }

    private void answer(int number, String text) {
        asked.get(number).answer().complete(Response.text(200, text));
        channel.runPendingTasks();
    }

    private String read() {
        StringBuilder text = new StringBuilder();
        for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
            text.append(part.toString(US_ASCII));
            part.release();
        }
        return text.toString();
    }

    @Test
    void shouldAnswerOneAfterTheOther() {
        send("/v1/a", "/v1/b");
        assertThat(asked).hasSize(1);
        answer(0, "first");
        assertThat(read()).contains("first");
        assertThat(asked).hasSize(2);
        answer(1, "second");
        assertThat(read()).contains("second");
    }

    @Test
    void shouldTellOnlyWhatIsBeingAnsweredThatTheClientIsGone() {
        send("/v1/a");
        answer(0, "first");
        send("/v1/b");
        channel.close();
        assertThat(asked.get(1).request().gone()).isDone();
        // So that nothing of an answered request is kept for the life of a connection.
        assertThat(asked.get(0).request().gone()).isNotDone();
    }

    @Test
    void shouldRefuseWhatIsNoRequestInItsTurn() {
        send("/v1/a", "/v1/%zz", "/v1/b");
        assertThat(read()).isEmpty();
        answer(0, "first");
        assertThat(read()).containsSubsequence("first", "400 Bad Request");
        assertThat(asked).hasSize(1);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void shouldEndAConnectionThatSendsTooMuchAhead() {
        for (int i = 0; i < 100; i++) {
            send("/v1/a");
        }
        for (int i = 0; i < asked.size(); i++) {
            answer(i, "x");
        }
        assertThat(asked).hasSizeBetween(60, 70);
        assertThat(read()).contains("400 Bad Request");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void shouldWaitForAClientThatIsSlowToRead() {
        channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(1, 2));
        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
        send("/v1/a", "/v1/b");
        assertThat(asked).isEmpty();
        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, true);
        channel.runPendingTasks();
        assertThat(asked).hasSize(1);
    }
}
