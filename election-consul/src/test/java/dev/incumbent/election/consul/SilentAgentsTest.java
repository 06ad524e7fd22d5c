package dev.incumbent.election.consul;

import static org.assertj.core.api.Assertions.assertThat;

import com.ecwid.consul.v1.kv.model.GetValue;
import dev.incumbent.election.spi.IoLoop;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which polls are left when agents do not answer. Nothing listens anywhere: the agents are functions. */
final class SilentAgentsTest {

    private static final URI P = URI.create("http://p:1");
    private static final URI Q = URI.create("http://q:1");

    private final IoLoop loop = new IoLoop("consul");
    private final Map<URI, Boolean> hanging = new ConcurrentHashMap<>();
    private final AtomicInteger polls = new AtomicInteger();
    private final Agents agents = new Agents(
            loop, this::send, () -> {}, List.of(P, Q), Duration.ofMillis(600).toNanos());

    @AfterEach
    void close() {
        loop.close();
    }

    private CompletableFuture<HttpResponse<String>> send(URI endpoint, Question question) {
        boolean poll = question.parameters().stream().anyMatch(parameter -> parameter.startsWith("wait="));
        if (poll) {
            polls.incrementAndGet();
            return new CompletableFuture<>();
        }
        return hanging.containsKey(endpoint) ? new CompletableFuture<>() : Forged.answer(404, 5, "");
    }

    private <T> T onLoop(java.util.function.Supplier<T> task) throws Exception {
        CompletableFuture<T> result = new CompletableFuture<>();
        loop.execute(() -> result.complete(task.get()));
        return result.get(20, TimeUnit.SECONDS);
    }

    private CompletableFuture<Reply<@Nullable GetValue>> poll() throws Exception {
        return onLoop(() -> agents.poll(
                        ConsulApi.await("k", 1, 30), Duration.ofSeconds(30).toNanos())
                .reply());
    }

    private Reply<@Nullable GetValue> read() throws Exception {
        return onLoop(() -> agents.read(ConsulApi.get("k"))).get(20, TimeUnit.SECONDS);
    }

    @Test
    void shouldLeaveThePollsOfAnAgentThatHangsWhenAnotherAnswers() throws Exception {
        CompletableFuture<Reply<@Nullable GetValue>> atP = poll();
        hanging.put(P, true);

        assertThat(read().isOk()).isTrue();

        assertThat(atP.get(20, TimeUnit.SECONDS).isOk()).isFalse();
        CompletableFuture<Reply<@Nullable GetValue>> atQ = poll();
        assertThat(read().isOk()).isTrue();
        assertThat(onLoop(atQ::isDone)).as("one that is elsewhere stays").isFalse();
    }

    /** They hold requests until Consul has a leader; what is torn down then stays counted with them. */
    @Test
    void shouldKeepAllPollsWhileNoAgentAnswers() throws Exception {
        CompletableFuture<Reply<@Nullable GetValue>> atP = poll();
        hanging.put(P, true);
        hanging.put(Q, true);

        for (int i = 0; i < 4; i++) {
            assertThat(read().isOk()).isFalse();
        }

        assertThat(onLoop(atP::isDone)).isFalse();
        assertThat(polls).hasValue(1);
    }

    @Test
    void shouldTakeA404WithoutAnIndexForNoAnswer() throws Exception {
        Agents behindProxy = new Agents(
                loop,
                (endpoint, question) -> Forged.answer(404, "no such backend"),
                () -> {},
                List.of(P),
                Duration.ofMillis(200).toNanos());

        assertThat(onLoop(() -> behindProxy.read(ConsulApi.get("k")))
                        .get(20, TimeUnit.SECONDS)
                        .isOk())
                .isFalse();
    }
}
