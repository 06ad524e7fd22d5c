package dev.incumbent.embedded.raft;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a whole JVM while it writes, at a random moment, again and again in the same directory. The page cache survives that, so
 * it shows what was written before it was acknowledged, and that what is half written is recovered from; not what was forced.
 */
class KillTest {

    private final Map<String, Integer> acknowledged = new HashMap<>();

    @Test
    void shouldLoseNoAcknowledgedWriteWhenTheProcessIsKilled(@TempDir Path directory) throws Exception {
        killAndVerify(directory, 3);
    }

    @Tag("full")
    @Test
    void shouldLoseNoAcknowledgedWriteInManyKills(@TempDir Path directory) throws Exception {
        killAndVerify(directory, 30);
    }

    @Test
    void shouldLoseWritesWhenTheyAreAcknowledgedEarlyOnPurpose(@TempDir Path directory) throws Exception {
        writeUntilKilled(directory, 1, true, 500);
        assertThat(lost(directory)).isPositive();
    }

    private void killAndVerify(Path directory, int kills) throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("kill -9, seed " + seed);
        Random random = new Random(seed);
        for (int run = 1; run <= kills; run++) {
            writeUntilKilled(directory, run, false, 1 + random.nextInt(3000));
            // Every other time the next process finds what this one left, without a clean start in between.
            if (run % 2 == 0 || run == kills) {
                assertThat(lost(directory))
                        .as("after kill %d, seed %d", run, seed)
                        .isZero();
            }
        }
        int sum = acknowledged.values().stream().mapToInt(Integer::intValue).sum();
        System.out.println(kills + " kills, " + sum + " writes acknowledged, none lost");
        assertThat(sum).isGreaterThanOrEqualTo(kills);
    }

    private void writeUntilKilled(Path directory, int run, boolean broken, int writes) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledWriter.class.getName(),
                        directory.toString(),
                        "run" + run,
                        "" + broken)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            int read = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                record(line);
                if (++read == writes) {
                    // Unlike the process, its handle leaves the pipe open, with what was acknowledged until the very
                    // end.
                    process.toHandle().destroyForcibly();
                }
            }
            assertThat(read).as("it wrote until it was killed").isGreaterThanOrEqualTo(writes);
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    /** A line that the kill cut short may end in the middle of a number, which is smaller than the whole. */
    private void record(String line) {
        int space = line.indexOf(' ');
        if (space > 0 && space < line.length() - 1) {
            acknowledged.merge(line.substring(0, space), Integer.parseInt(line.substring(space + 1)), Math::max);
        }
    }

    /** How many registers hold less than what was acknowledged. */
    private int lost(Path directory) {
        try (Story story = Story.of(3, builder -> builder.directory(directory).snapshotEvery(100))) {
            story.settledLeader();
            int lost = 0;
            for (int number = 1; number <= 3; number++) {
                Map<String, String> values = Story.get(story.node(number).read(Registers::all));
                for (Map.Entry<String, Integer> write : acknowledged.entrySet()) {
                    String value = values.getOrDefault(write.getKey(), "0");
                    lost += Integer.parseInt(value) < write.getValue() ? 1 : 0;
                }
            }
            return lost;
        }
    }
}
