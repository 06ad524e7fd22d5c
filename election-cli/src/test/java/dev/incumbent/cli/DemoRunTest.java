package dev.incumbent.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.incumbent.realservers.EtcdInstallation;
import dev.incumbent.realservers.RealEtcd;
import dev.incumbent.realservers.RealEtcdCluster;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The demo in a process of its own, as a user runs it. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "signals")
class DemoRunTest {

    private static final int SECONDS_FOR_A_RUN = 90;
    private static final int SECONDS_TO_STOP = 30;

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path temp;

    private final List<Process> started = new ArrayList<>();
    private final List<ProcessHandle> seen = new ArrayList<>();

    @AfterEach
    void endWhatIsLeft() {
        started.forEach(Process::destroyForcibly);
        seen.forEach(ProcessHandle::destroyForcibly);
    }

    @ParameterizedTest
    @ValueSource(strings = {"zookeeper", "etcd", "consul"})
    void shouldExitWith0WhenEverythingWasSeen(String backend) throws Exception {
        assertThat(seeEverything(start("--backend", backend))).contains("It runs in this process");
    }

    @Test
    @Tag("full")
    void shouldSeeEverythingOnServersThatAreThere() throws Exception {
        Optional<EtcdInstallation> installation = RealEtcd.newest();
        assumeTrue(installation.isPresent(), RealEtcd.why());
        try (RealEtcdCluster etcd = RealEtcdCluster.start(installation.get(), 3)) {
            String endpoints = String.join(",", etcd.endpoints());

            String said = seeEverything(start("--backend", "etcd", "--endpoints", endpoints));

            assertThat(said).contains("on the etcd servers at").doesNotContain("It runs in this process");
            assertThat(etcd.etcdctl()
                            .run("get", "--prefix", "--keys-only", "")
                            .out()
                            .strip())
                    .as("what stays behind")
                    .isEqualTo("incumbent-demo/generation");
        }
    }

    private String seeEverything(Process demo) throws Exception {
        String said = new String(demo.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(demo.waitFor(SECONDS_FOR_A_RUN, TimeUnit.SECONDS)).isTrue();
        assertThat(demo.exitValue()).as(said).isZero();
        assertThat(said)
                .containsPattern("is elected with token #\\d+")
                .containsPattern("seen +Resign and handoff: \\w+ to \\w+ in [\\d.]+ m?s")
                .containsPattern("seen +Crash and failover: \\w+ to \\w+ in [\\d.]+ s \\(lease [24] s\\)")
                .containsPattern("seen +Frozen leader: its late write with token #\\d+ was refused")
                .containsPattern("token\\s+is\\s+stale:\\s+the\\s+resource\\s+was\\s+sealed\\s+by")
                .doesNotContain("\u001b", "NOT SEEN", "Exception");
        assertThat(filesLeft()).isEmpty();
        return said.replaceAll("\\s+", " "); // the lines are wrapped
    }

    /** At three moments: while the stage is set, while a crashed leader's lease runs out, while a leader is frozen. */
    @ParameterizedTest
    @CsvSource({"INT,Setting the stage,130", "TERM,kill -9,143", "INT,kill -STOP,130"})
    void shouldLeaveNothingBehindWhenInterrupted(String signal, String moment, int code) throws Exception {
        Process demo = start("--backend", "zookeeper");
        try (BufferedReader lines = demo.inputReader(StandardCharsets.UTF_8)) {
            awaitLine(lines, moment);
            seen.addAll(demo.descendants().toList());
            signal(signal, demo);
            CompletableFuture<Long> rest =
                    CompletableFuture.supplyAsync(() -> lines.lines().count());

            assertThat(demo.waitFor(SECONDS_TO_STOP, TimeUnit.SECONDS)).isTrue();
            assertThat(demo.exitValue()).isEqualTo(code);
            rest.get(SECONDS_TO_STOP, TimeUnit.SECONDS);
        }
        assertThat(moment.equals("Setting the stage") || seen.size() >= 2).isTrue();
        assertThat(seen).noneMatch(ProcessHandle::isAlive);
        assertThat(filesLeft()).isEmpty();
    }

    /** Nobody can clean up after that, but the candidates notice by themselves. */
    @Test
    void shouldEndCandidatesWhenTheDemoItselfIsKilled() throws Exception {
        Process demo = start("--backend", "zookeeper");
        try (BufferedReader lines = demo.inputReader(StandardCharsets.UTF_8)) {
            awaitLine(lines, "is elected");
            seen.addAll(demo.descendants().toList());
            demo.destroyForcibly();
        }

        assertThat(seen).hasSize(3);
        for (ProcessHandle candidate : seen) {
            candidate.onExit().get(SECONDS_TO_STOP, TimeUnit.SECONDS);
        }
    }

    private Process start(String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-Djava.io.tmpdir=" + temp,
                "-cp",
                System.getProperty("java.class.path"),
                Elect.class.getName(),
                "demo"));
        command.addAll(List.of(options));
        Process demo = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        started.add(demo);
        return demo;
    }

    private static void awaitLine(BufferedReader lines, String part) throws IOException {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.contains(part)) {
                return;
            }
        }
        throw new AssertionError("The demo ended without saying '" + part + "'");
    }

    private static void signal(String name, Process process) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid()).start();
        assertThat(kill.waitFor()).isZero();
    }

    private List<Path> filesLeft() throws IOException {
        try (Stream<Path> files = Files.list(temp)) {
            return files.toList();
        }
    }
}
