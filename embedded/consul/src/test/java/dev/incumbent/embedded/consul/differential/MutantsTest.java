package dev.incumbent.embedded.consul.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.embedded.consul.EmbeddedConsul;
import java.util.List;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The comparison can fail: two equal servers agree, and each lie in one's answers is found. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MutantsTest {

    private static final int LENGTH = 60;

    private final EmbeddedConsul server = Embedded.one();
    private final Conversation conversation = new Conversation(Embedded.subject(server));
    private final List<Scenario> scenarios = LongStream.rangeClosed(1, 8)
            .mapToObj(seed -> ScenarioGenerator.scenario(seed, LENGTH))
            .toList();
    private final List<List<Rendering.Answer>> truth =
            scenarios.stream().map(conversation::hear).toList();

    @AfterAll
    void stop() {
        server.close();
    }

    /** What a server may get wrong. */
    enum Lie {
        SUCCESS(reply -> body(reply, "^true$", "false")),
        VALUE(reply -> body(reply, "\"Value\":\"MQ==\"", "\"Value\":\"Mg==\"")),
        NULL_VALUE(reply -> body(reply, "\"Value\":null", "\"Value\":\"\"")),
        FLAGS(reply -> body(reply, "\"Flags\":[1-9]", "\"Flags\":0")),
        LOCK_INDEX(reply -> body(reply, "\"LockIndex\":[1-9]", "\"LockIndex\":0")),
        HOLDER(reply -> body(reply, "\"Session\":\"[^\"]*\",", "")),
        MODIFY_INDEX(reply -> body(reply, "(\"CreateIndex\":(\\d+),\"ModifyIndex\":)\\d+", "$1$2")),
        CREATE_INDEX(reply -> body(reply, "\"CreateIndex\":\\d+,(\"ModifyIndex\":(\\d+))", "\"CreateIndex\":$2,$1")),
        ORDER_OF_FIELDS(reply -> body(reply, "(\"LockIndex\":\\d+),(\"Key\":\"[^\"]*\")", "$2,$1")),
        ORDER_OF_KEYS(reply -> body(reply, "^\\[(\"[^\"]*\"),(\"[^\"]*\")", "[$2,$1")),
        LOST_RESULT(reply -> body(reply, "\\{\"Results\":\\[\\{[^}]*\\}\\},", "{\"Results\":[")),
        OPERATION(reply -> body(reply, "\"OpIndex\":\\d", "\"OpIndex\":9")),
        ERROR_TEXT(reply -> body(reply, "due to lock delay|isn't held|is already held|is stale", "failed")),
        STATUS(reply -> reply.status() == 409 ? status(reply, 200) : reply),
        MISSING(reply -> reply.status() == 404 ? status(reply, 200) : reply),
        INDEX_OF_THE_TABLE(reply -> header(reply, "X-Consul-Index", value -> Long.toString(Long.parseLong(value) + 1))),
        NO_LEADER(reply -> header(reply, "X-Consul-Knownleader", value -> "false")),
        CONTENT_TYPE(reply -> header(reply, "Content-Type", value -> "text/html")),
        BEHAVIOUR(reply -> body(reply, "\"Behavior\":\"delete\"", "\"Behavior\":\"release\"")),
        SESSION_THAT_CHANGES_ITS_ID(
                reply -> body(reply, "(\\{\"ID\":\")[0-9a-f]{8}(-[^\"]*\",\"Name)", "$100000000$2"));

        @SuppressWarnings("ImmutableEnumChecker") // A function without state.
        private final UnaryOperator<Reply> lie;

        Lie(UnaryOperator<Reply> lie) {
            this.lie = lie;
        }

        private static Reply body(Reply reply, String pattern, String replacement) {
            return new Reply(
                    reply.status(), reply.headers(), reply.body().replaceAll(pattern, replacement), reply.waited());
        }

        private static Reply status(Reply reply, int status) {
            return new Reply(status, reply.headers(), reply.body(), reply.waited());
        }

        private static Reply header(Reply reply, String name, UnaryOperator<String> lie) {
            TreeMap<String, String> headers = new TreeMap<>(reply.headers());
            headers.computeIfPresent(name, (same, value) -> lie.apply(value));
            return new Reply(reply.status(), headers, reply.body(), reply.waited());
        }
    }

    @Test
    void shouldFindNothingBetweenTwoServersOfOneKind() {
        try (EmbeddedConsul other = Embedded.one()) {
            Differential differential = new Differential(Embedded.subject(server), Embedded.subject(other));
            assertThat(LongStream.rangeClosed(21, 23))
                    .allSatisfy(seed -> assertThat(differential.run(ScenarioGenerator.scenario(seed, LENGTH)))
                            .isEmpty());
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldFindALieInOneServersAnswers(Lie lie) {
        assertThat(differences(lie.lie)).isPositive();
    }

    @Test
    void shouldFindNothingWithoutALie() {
        assertThat(differences(UnaryOperator.identity())).isZero();
    }

    @Test
    void shouldShrinkToTheStepsThatMatter() {
        List<Step> steps = scenarios.get(0).steps();
        Step first = steps.get(10);
        Step second = steps.get(40);
        assertThat(Shrinker.shrink(steps, candidate -> candidate.containsAll(List.of(first, second)), 500))
                .containsExactlyInAnyOrder(first, second);
    }

    private long differences(UnaryOperator<Reply> lie) {
        long found = 0;
        for (int i = 0; i < scenarios.size(); i++) {
            List<Rendering.Answer> lies = truth.get(i).stream()
                    .map(answer -> new Rendering.Answer(answer.step(), answer.request(), lie.apply(answer.reply())))
                    .toList();
            found += Differential.compare(
                            scenarios.get(i),
                            Rendering.of(truth.get(i), conversation.nodeNames()),
                            Rendering.of(lies, conversation.nodeNames()))
                    .stream()
                    .count();
        }
        return found;
    }
}
