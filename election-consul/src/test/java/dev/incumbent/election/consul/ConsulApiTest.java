package dev.incumbent.election.consul;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ecwid.consul.transport.HttpResponse;
import com.ecwid.consul.v1.OperationException;
import com.ecwid.consul.v1.Response;
import com.ecwid.consul.v1.kv.model.GetValue;
import com.ecwid.consul.v1.session.model.NewSession;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which requests the calls of consul-api make, and what they make of answers. */
final class ConsulApiTest {

    private final ConsulApi api = new ConsulApi();

    private static HttpResponse answer(int status, String body) {
        return new HttpResponse(status, "", body, 7L, true, 0L);
    }

    @Test
    void shouldEncodeKeysWhichConsulApiDoesNot() {
        assertThat(api.question(ConsulApi.get("a b?c%/\u00fc")).path()).isEqualTo("/v1/kv/a%20b%3Fc%25/%C3%BC");
    }

    @Test
    void shouldShowNoTokenInTheAddress() {
        assertThat(api.question(ConsulApi.get("k")).parameters()).containsExactly("consistent");
        assertThat(api.question(ConsulApi.renewSession("s")).parameters()).isEmpty();
        assertThat(api.question(ConsulApi.awaitAll("p/", 3, 10)).parameters())
                .containsExactlyInAnyOrder("recurse", "consistent", "wait=10s", "index=3");
    }

    @Test
    void shouldOpenSessionsWithoutChecksAndWithTheTimesThatWereSet() {
        NewSession session = new NewSession();
        session.setTtl("10s");
        session.setChecks(List.of());

        Question question = api.question(ConsulApi.createSession(session));

        assertThat(question.method()).isEqualTo("PUT");
        assertThat(question.body()).contains("\"TTL\":\"10s\"", "\"Checks\":[]", "\"LockDelay\":0");
    }

    @Test
    void shouldReadAnswersAndRefusals() {
        ConsulApi.Call<@Nullable GetValue> get = ConsulApi.get("k");
        String found = "[{\"Key\":\"k\",\"Value\":\"djE=\",\"Flags\":0,\"CreateIndex\":5,\"ModifyIndex\":6}]";

        Response<@Nullable GetValue> response = api.read(get, answer(200, found));
        assertThat(response.getConsulIndex()).isEqualTo(7);
        assertThat(response.getValue()).isNotNull().satisfies(value -> assertThat(value.getModifyIndex())
                .isEqualTo(6));
        assertThat(api.read(get, answer(404, "")).getValue()).isNull();
        assertThatThrownBy(() -> api.read(get, answer(500, "No cluster leader")))
                .isInstanceOfSatisfying(OperationException.class, declined -> assertThat(declined.getStatusContent())
                        .isEqualTo("No cluster leader"));
        assertThat(api.question(get).path()).as("asks again afterwards").isEqualTo("/v1/kv/k");
    }

    @Test
    void shouldTellResultsOfATxnApartByTheirKeys() {
        TxnAnswer answer = TxnAnswer.of("{\"Results\":[{\"KV\":{\"Key\":\"p/b\",\"Value\":null,\"CreateIndex\":9}},"
                + "{\"KV\":{\"Key\":\"p/a\",\"Value\":\"djE=\",\"CreateIndex\":12}},"
                + "{\"KV\":{\"Key\":\"p/b\",\"Value\":\"djI=\",\"CreateIndex\":9}}],\"Errors\":null}");

        assertThat(answer.isDone()).isTrue();
        assertThat(answer.below("p/")).extracting(GetValue::getKey).containsExactly("p/b", "p/a");
        assertThat(answer.below("p/").get(0).getValue()).as("the later one").isEqualTo("djI=");
        assertThat(answer.key("q")).isNull();
    }

    @Test
    void shouldKeepWhatAnEntrySaysAndNoticeWhatSomebodyElseWrote() {
        GetValue stored = new GetValue();
        stored.setValue("YQp0dGwtbXM9MTAwMDAKcDEKcDI="); // a, ttl-ms=10000, "p1\np2"

        EntryValue value = EntryValue.of(stored).orElseThrow();

        assertThat(value.candidate().value()).isEqualTo("a");
        assertThat(value.holderTtl()).hasSeconds(10);
        assertThat(new String(value.payload(), StandardCharsets.UTF_8)).isEqualTo("p1\np2");
        assertThat(new String(value.bytes(), StandardCharsets.UTF_8)).isEqualTo("a\nttl-ms=10000\np1\np2");
        stored.setValue("bm9uc2Vuc2U=");
        assertThat(EntryValue.of(stored)).isEmpty();
    }
}
