package dev.incumbent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What is answered without doing anything. */
class UsageTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int elect(String... args) {
        return Elect.commandLine()
                .setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }

    @Test
    void shouldNameWhatThereIsWhenBackendIsUnknown() {
        assertThat(elect("demo", "--backend", "raft")).isEqualTo(2);
        assertThat(err.toString()).contains("there is no backend 'raft' here; available: zookeeper, etcd");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void shouldSayWhyWhenEndpointsDoNotGoWithTheBackend() {
        assertThat(elect("demo", "--backend", "zookeeper", "--endpoints", "127.0.0.1:2181"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--endpoints does not go with --backend zookeeper", "tick time");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "dmeo", "demo --speed", "demo again", "-v"})
    void shouldExplainAndExitWith2WhenUsageIsWrong(String line) {
        assertThat(elect(line.isEmpty() ? new String[0] : line.split(" ", -1))).isEqualTo(2);
        assertThat(err.toString()).contains("Usage: elect");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void shouldListCommandsButNotTheDemosOwnWhenAskedForHelp() {
        assertThat(elect("--help")).isZero();
        assertThat(out.toString())
                .contains("Usage: elect", "demo", "Exit codes:")
                .doesNotContain("demo-candidate");
    }

    @Test
    void shouldDocumentExitCodesWhenAskedForHelpOnTheDemo() {
        assertThat(elect("demo", "--help")).isZero();
        assertThat(out.toString()).contains("--backend", "--endpoints", "Exit codes:", "0 ", "1 ", "2 ", "130 ");
    }

    @Test
    void shouldTellTheVersionThatWasBuilt() throws IOException {
        assertThat(elect("--version")).isZero();
        assertThat(out.toString().strip()).isEqualTo(Version.line()).matches("elect \\d+\\.\\d+\\.\\d+.*");
    }
}
