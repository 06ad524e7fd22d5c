package dev.incumbent.embedded.consul;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a whole JVM with three nodes while it takes locks and writes, at a random moment, again and again in the same directory. The
 * page cache survives that, so it shows what was written before it was acknowledged, not what was forced.
 */
class KillTest {

    private final Map<String, Integer> acknowledged = new HashMap<>();

    @Test
    void shouldLoseNoAcknowledgedWriteWhenTheProcessIsKilled(@TempDir Path directory) throws Exception {
        killAndVerify(directory, 1);
        // The proof that it can fail: what was never written is missed.
        acknowledged.put("run1-0", Integer.MAX_VALUE);
        assertThat(lost(directory)).isEqualTo(1);
    }

    @Tag("full")
    @Timeout(600)
    @Test
    void shouldLoseNoAcknowledgedWriteInManyKills(@TempDir Path directory) throws Exception {
        killAndVerify(directory, 12);
    }

    private void killAndVerify(Path directory, int kills) throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("kill -9, seed " + seed);
        Random random = new Random(seed);
        for (int run = 1; run <= kills; run++) {
            writeUntilKilled(directory, run, 1 + random.nextInt(1000));
            assertThat(lost(directory)).as("after kill %d, seed %d", run, seed).isZero();
        }
        int sum = acknowledged.values().stream().mapToInt(Integer::intValue).sum();
        System.out.println(kills + " kills, " + sum + " writes acknowledged, none lost");
        assertThat(sum).isGreaterThanOrEqualTo(kills);
    }

    private void writeUntilKilled(Path directory, int run, int writes) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledWriter.class.getName(),
                        directory.toString(),
                        "" + run)
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

    /** How many keys hold less than what was acknowledged, or are not locked any more. */
    private int lost(Path directory) {
        try (EmbeddedConsul consul = EmbeddedConsul.builder()
                .nodes(3)
                .directory(directory)
                .snapshotEvery(100)
                .start()) {
            Map<String, Integer> values = new HashMap<>();
            for (JsonElement each :
                    new Http(consul.endpoint(2)).get("/v1/kv/run?recurse").array()) {
                JsonObject entry = each.getAsJsonObject();
                if (entry.has("Session") && entry.get("LockIndex").getAsInt() == 1) {
                    String value = new String(
                            Base64.getDecoder().decode(entry.get("Value").getAsString()), UTF_8);
                    values.put(entry.get("Key").getAsString(), Integer.parseInt(value));
                }
            }
            return (int) acknowledged.entrySet().stream()
                    .filter(write -> values.getOrDefault(write.getKey(), 0) < write.getValue())
                    .count();
        }
    }
}
