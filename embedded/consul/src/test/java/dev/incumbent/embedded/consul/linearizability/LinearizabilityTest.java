package dev.incumbent.embedded.consul.linearizability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.embedded.consul.EmbeddedConsul;
import dev.incumbent.testkit.linearizability.RegisterInput;
import dev.incumbent.testkit.linearizability.RegisterOutput;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinearizabilityTest {

    private static final Duration LONGEST_FAULT = Duration.ofMillis(1_200);
    private static final Duration CALM = Duration.ofMillis(400);

    @Test
    void shouldBeLinearizableWhenNodesFailForAWhile() throws InterruptedException {
        try (EmbeddedConsul consul = cluster()) {
            new HistoryRun(consul, "").run(Duration.ofSeconds(7), LONGEST_FAULT, CALM);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "consistent"})
    @Tag("full")
    @Timeout(600)
    void shouldBeLinearizableWhenNodesFailForLong(String readMode) throws InterruptedException {
        try (EmbeddedConsul consul = cluster()) {
            new HistoryRun(consul, readMode)
                    .run(
                            Duration.ofSeconds(Long.getLong("linearizability.seconds", 30)),
                            LONGEST_FAULT.multipliedBy(2),
                            CALM);
        }
    }

    private static EmbeddedConsul cluster() {
        return EmbeddedConsul.builder().nodes(3).hold(Duration.ofSeconds(3)).start();
    }

    /** The proof that these tests can fail: reads that may be stale, taken for linearizable ones. */
    @Test
    void shouldRejectStaleReadsWhenANodeIsCutOff() {
        try (EmbeddedConsul consul = cluster()) {
            int lonely = consul.followers().get(0);
            int writer = consul.leader().orElseThrow();
            HistoryRun run = new HistoryRun(consul, "stale");
            Client client = new Client(1, run.nodes(), 0, run.recorder(), "stale");
            assertThat(client.perform(writer, "k", new RegisterInput.Write("old")))
                    .isPresent();
            consul.awaitServing(Duration.ofSeconds(10));
            consul.isolate(lonely);
            assertThat(client.perform(writer, "k", new RegisterInput.Write("new")))
                    .isPresent();
            assertThat(run.violation()).isEmpty();

            Optional<RegisterOutput> stale = client.perform(lonely, "k", new RegisterInput.Read());

            assertThat(stale).isPresent();
            assertThat(run.violation())
                    .hasValueSatisfying(text -> assertThat(text).contains("not linearizable"));
        }
    }
}
