package dev.incumbent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code elect}, in a directory of its own, beside a Java and a Maven that only say how they were called. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "a shell script")
class LauncherTest {

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path home;

    private record Result(int code, String out, String err) {}

    @BeforeEach
    void prepare() throws IOException {
        Files.copy(Path.of("..", "elect"), home.resolve("elect"));
        Files.createDirectories(home.resolve("jdk/bin"));
        javaOf("17.0.2", "echo java \"$@\"; exit 7");
        executable("bin/mvn", "echo mvn \"$@\"; mkdir -p election-cli/target; touch election-cli/target/elect.jar");
    }

    @Test
    void shouldHandOverArgumentsAndExitCodeWhenBuilt() throws Exception {
        jarExists();

        Result result = launch(Map.of(), "demo", "a b");

        assertThat(result.code).isEqualTo(7);
        assertThat(result.out).startsWith("java ").endsWith("/election-cli/target/elect.jar demo a b\n");
        assertThat(result.err).isEmpty();
    }

    @Test
    void shouldBuildFirstAndSayItOnStandardErrorWhenNotBuilt() throws Exception {
        Result result = launch(Map.of(), "--version");

        assertThat(result.code).isEqualTo(7);
        assertThat(result.out).startsWith("java ").hasLineCount(1);
        assertThat(result.err).contains("building for the first time", "mvn -q", "-pl election-cli -am package");
    }

    @Test
    void shouldBuildAgainOnlyWhenAsked() throws Exception {
        jarExists();

        assertThat(launch(Map.of("ELECT_REBUILD", "1"), "--version").err).contains("building again", "mvn -q");
        assertThat(launch(Map.of(), "--version").err).isEmpty();
    }

    @Test
    void shouldStopWhenBuildFails() throws Exception {
        executable("bin/mvn", "exit 1");

        Result result = launch(Map.of(), "--version");

        assertThat(result.code).isEqualTo(1);
        assertThat(result.out).isEmpty();
        assertThat(result.err).contains("the build failed");
    }

    @Test
    void shouldNameVersionNeededWhenJavaIsTooOld() throws Exception {
        jarExists();
        javaOf("11.0.2", "exit 7");

        Result result = launch(Map.of(), "--version");

        assertThat(result.code).isEqualTo(1);
        assertThat(result.err).contains("is Java 11", "Java 17 or newer");
    }

    @Test
    void shouldAskJavaItselfWhenItsVersionIsInNoFile() throws Exception {
        jarExists();
        javaOf("17.0.2", "echo 'openjdk version \"1.8.0_392\"' >&2");
        Files.delete(home.resolve("jdk/release"));

        assertThat(launch(Map.of(), "--version").err).contains("is Java 1;", "Java 17 or newer");
    }

    @Test
    void shouldSaySoWhenThereIsNoJava() throws Exception {
        jarExists();

        assertThat(launch(Map.of("JAVA_HOME", home.resolve("nowhere").toString()), "--version").err)
                .contains("JAVA_HOME is", "no bin/java in it");
    }

    @Test
    void shouldFindItsDirectoryWhenCalledThroughLink() throws Exception {
        jarExists();
        Files.createDirectories(home.resolve("elsewhere"));
        Files.createSymbolicLink(home.resolve("elsewhere/elect"), Path.of("../elect"));

        assertThat(launch("elsewhere/elect", Map.of(), "x").out).endsWith("/election-cli/target/elect.jar x\n");
    }

    private void jarExists() throws IOException {
        Files.createDirectories(home.resolve("election-cli/target"));
        Files.createFile(home.resolve("election-cli/target/elect.jar"));
    }

    private void javaOf(String version, String script) throws IOException {
        executable("jdk/bin/java", script);
        Files.writeString(home.resolve("jdk/release"), "JAVA_VERSION=\"" + version + "\"\n");
    }

    private void executable(String path, String script) throws IOException {
        Path file = home.resolve(path);
        Files.createDirectories(file.resolveSibling("."));
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Result launch(Map<String, String> variables, String... arguments) throws Exception {
        return launch("elect", variables, arguments);
    }

    private Result launch(String script, Map<String, String> variables, String... arguments) throws Exception {
        List<String> command =
                new ArrayList<>(List.of("sh", home.resolve(script).toString()));
        command.addAll(List.of(arguments));
        Path err = home.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
        builder.environment().remove("ELECT_JAVA_OPTS");
        builder.environment().remove("ELECT_REBUILD");
        builder.environment().put("JAVA_HOME", home.resolve("jdk").toString());
        builder.environment().merge("PATH", home.resolve("bin").toString(), (path, own) -> own + ":" + path);
        builder.environment().putAll(variables);
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), out, Files.readString(err));
    }
}
