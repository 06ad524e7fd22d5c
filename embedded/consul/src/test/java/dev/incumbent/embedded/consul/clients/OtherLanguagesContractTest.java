package dev.incumbent.embedded.consul.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.incumbent.realservers.ScriptRunner;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients in JavaScript and Python; the scripts among the resources pass on real Consul, too. */
@Tag("full")
abstract class OtherLanguagesContractTest {

    @TempDir
    private Path directory = Path.of("");

    /** Of a server with sessions from one second on. */
    abstract String endpoint();

    @Test
    void shouldServeConsulOfNpm() throws IOException {
        check(ScriptRunner.node("consul"), "npm-consul.js");
    }

    @Test
    void shouldServePythonConsul() throws IOException {
        check(ScriptRunner.python("consul"), "python-consul.py");
    }

    @Test
    void shouldServeTheStoreOfPatroni() throws IOException {
        check(ScriptRunner.python("patroni.dcs.consul"), "patroni.py");
    }

    private void check(Optional<ScriptRunner> runner, String script) throws IOException {
        assumeTrue(runner.isPresent(), ScriptRunner.why());
        Path file = directory.resolve(script);
        try (InputStream text = Objects.requireNonNull(OtherLanguagesContractTest.class.getResourceAsStream(script))) {
            Files.copy(text, file);
        }
        assertThat(runner.orElseThrow().run(file, endpoint()).output()).isEqualTo("passed");
    }
}
