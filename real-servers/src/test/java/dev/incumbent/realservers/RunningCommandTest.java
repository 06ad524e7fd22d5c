package dev.incumbent.realservers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RunningCommandTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Test
    void shouldReturnBothOutputsAndTheExitCodeWhenAProgramEnds() {
        CommandResult result = RunningCommand.run(shell("cat; echo no >&2; exit 3"), Map.of(), "yes", PATIENCE);

        assertThat(result).isEqualTo(new CommandResult(3, "yes", "no\n"));
        assertThatThrownBy(result::output).isInstanceOf(RealServerException.class);
    }

    @Test
    void shouldKillAProgramThatOutlastsItsTime() {
        assertThatThrownBy(() ->
                        RunningCommand.run(shell("echo $$; exec sleep 600"), Map.of(), "", Duration.ofMillis(300)))
                .isInstanceOf(RealServerException.class)
                .satisfies(failure -> {
                    String out = String.valueOf(failure.getMessage()).replaceAll("(?s).*out: (\\d+).*", "$1");
                    await().until(() -> ProcessHandle.of(Long.parseLong(out))
                            .filter(ProcessHandle::isAlive)
                            .isEmpty());
                });
    }

    @Test
    void shouldShowWhatAProgramSaysWhileItRuns() {
        try (RunningCommand echo = RunningCommand.start(List.of("cat"), Map.of())) {
            echo.write("one\n");
            assertThat(echo.awaitOut(out -> out.contains("one"), PATIENCE)).isEqualTo("one\n");
            echo.write("two\n");
            echo.awaitOut(out -> out.endsWith("two\n"), PATIENCE);
            assertThat(echo.isRunning()).isTrue();
            echo.endInput();
            assertThat(echo.awaitEnd(PATIENCE).out()).isEqualTo("one\ntwo\n");
        }
    }

    @Test
    void shouldFailAtOnceWhenAProgramEndsWithoutTheWantedOutput() {
        try (RunningCommand wrong = RunningCommand.start(shell("echo wrong"), Map.of())) {
            assertThatThrownBy(() -> wrong.awaitOut(out -> out.contains("right"), Duration.ofHours(1)))
                    .hasMessageContaining("wrong");
        }
    }

    @Test
    void shouldKillTheProgramWhenTheJvmIsKilled() throws Exception {
        // This JVM's part is played by a second one, which starts a program and is then killed as kill -9 does.
        List<String> java = List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-Xshare:auto",
                "-cp",
                System.getProperty("java.class.path"),
                Victim.class.getName());
        RunningCommand jvm = RunningCommand.start(java, Map.of());
        try {
            String out = jvm.awaitOut(text -> text.contains("\n"), PATIENCE);
            ProcessHandle program =
                    ProcessHandle.of(Long.parseLong(out.strip())).orElseThrow();
            assertThat(program.isAlive()).isTrue();
            jvm.close();
            program.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } finally {
            jvm.close();
        }
    }

    /** Starts a program, prints its process id and waits for its own end. */
    static final class Victim {
        private Victim() {}

        public static void main(String[] arguments) throws InterruptedException {
            RunningCommand program = RunningCommand.start(shell("echo $$; exec sleep 600"), Map.of());
            System.out.print(program.awaitOut(out -> out.contains("\n"), PATIENCE));
            System.out.flush();
            Thread.currentThread().join();
        }
    }

    private static List<String> shell(String script) {
        return List.of("sh", "-c", script);
    }
}
