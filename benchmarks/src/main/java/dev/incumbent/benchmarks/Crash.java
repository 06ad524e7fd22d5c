package dev.incumbent.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Kills a leader's process and waits for the next one, again and again, at moments of chance between two renewals. */
final class Crash {

    /** How it is called in reports. */
    static final String FACT = "Incumbent, from kill -9 of the leader to the next one";

    static final Duration TTL = Duration.ofSeconds(4);

    private static final int TIMES = 5;

    private final String backend;
    private final List<String> servers;
    private final Duration ttl;

    /**
     * Prepares it.
     *
     * @param backend what {@link IncumbentRecipe#of} takes
     * @param servers where the candidates connect to
     * @param ttl the session's time to live
     */
    Crash(String backend, List<String> servers, Duration ttl) {
        this.backend = backend;
        this.servers = List.copyOf(servers);
        this.ttl = ttl;
    }

    /** From the kill to the heir's listener, as multiples of the time to live. */
    String run() {
        List<Double> ratios = new ArrayList<>();
        try (Candidate heir = IncumbentRecipe.of(backend, ttl).open(servers.get(servers.size() - 1), 2)) {
            for (int i = 0; i < TIMES; i++) {
                ratios.add(once(heir, "crash-" + i) / (double) ttl.toNanos());
            }
        }
        Samples.Range range = Samples.Range.of(ratios);
        return String.format(
                Locale.ROOT,
                "%.2f TTL (%.2f .. %.2f, %d kills, TTL %d s)",
                range.median(),
                range.least(),
                range.greatest(),
                TIMES,
                ttl.toSeconds());
    }

    private long once(Candidate heir, String election) {
        Process leader = start(election);
        try {
            BufferedReader said = leader.inputReader(StandardCharsets.UTF_8);
            if (!CrashCandidate.ELECTED.equals(said.readLine())) {
                throw new IllegalStateException("the candidate ended without being elected");
            }
            Candidate.Standing next = heir.stand(election);
            next.awaitQueued();
            long killed = System.nanoTime();
            leader.destroyForcibly();
            long nanos = next.elected().await() - killed;
            next.resign();
            next.awaitGone();
            return nanos;
        } catch (IOException failure) {
            throw new UncheckedIOException("the candidate cannot be heard", failure);
        } finally {
            leader.destroyForcibly();
        }
    }

    private Process start(String election) {
        try {
            return new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx128m",
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            CrashCandidate.class.getName(),
                            backend,
                            servers.get(0),
                            election,
                            Long.toString(ttl.toMillis()))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException failure) {
            throw new UncheckedIOException("no candidate", failure);
        }
    }
}
