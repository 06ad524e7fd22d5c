package dev.incumbent.embedded.consul.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.realservers.RealConsulCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * What was recorded is what real Consul answers.
 *
 * <p>{@code -Dtranscripts.record=DIRECTORY} writes the transcripts there with the answers of now.
 */
@Tag("full")
class TranscriptsOnRealTest extends TranscriptsContractTest {

    private @Nullable RealConsulCluster one;
    private @Nullable RealConsulCluster guarded;
    private @Nullable RealConsulCluster three;
    private @Nullable Conversation toOne;
    private @Nullable Conversation toGuarded;
    private @Nullable Conversation toThree;

    @BeforeAll
    void start() {
        one = Real.one();
        guarded = Real.withAcl();
        three = Real.three();
        toOne = new Conversation(Real.subject(one));
        toGuarded = new Conversation(Real.guardedSubject(guarded));
        toThree = new Conversation(Real.subject(three));
    }

    @Override
    Conversation one() {
        return Objects.requireNonNull(toOne);
    }

    @Override
    Conversation withAcl() {
        return Objects.requireNonNull(toGuarded);
    }

    @Override
    Conversation three() {
        return Objects.requireNonNull(toThree);
    }

    @Override
    KnownDifferences known() {
        return KnownDifferences.none();
    }

    @Test
    @EnabledIfSystemProperty(named = "transcripts.record", matches = ".+")
    void shouldWriteTranscriptsAnewWhenAsked() throws IOException {
        Path directory = Path.of(System.getProperty("transcripts.record"));
        for (String name : ON_ONE) {
            record(name, one(), directory);
        }
        for (String name : WITH_ACL) {
            record(name, withAcl(), directory);
        }
        for (String name : ON_THREE) {
            record(name, three(), directory);
        }
        assertThat(directory.resolve("kv.txt")).isNotEmptyFile();
    }

    private static void record(String name, Conversation conversation, Path directory) throws IOException {
        Transcript transcript = Transcript.read(name);
        List<Scenario> recorded = new ArrayList<>();
        for (Scenario scenario : transcript.scenarios()) {
            recorded.add(recorded(scenario, conversation.tell(scenario)));
        }
        Files.writeString(
                directory.resolve(name + ".txt"), transcript.with(recorded).text());
    }

    private static Scenario recorded(Scenario scenario, List<List<String>> answers) {
        List<Step> steps = new ArrayList<>();
        int next = 0;
        for (Step step : scenario.steps()) {
            steps.add(step.recorded(step.kind() == Step.Kind.START ? List.of() : answers.get(next++)));
        }
        return scenario.with(steps);
    }

    @AfterAll
    void stop() {
        for (@Nullable RealConsulCluster each : new @Nullable RealConsulCluster[] {one, guarded, three}) {
            if (each != null) {
                each.close();
            }
        }
    }
}
