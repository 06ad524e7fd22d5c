package dev.incumbent.benchmarks;

import java.io.IOException;
import java.time.Duration;

/** A candidate in a process of its own, to be killed. */
public final class CrashCandidate {

    /** What it says when it leads. */
    static final String ELECTED = "elected";

    private CrashCandidate() {}

    /**
     * Stands until its input ends.
     *
     * @param arguments backend, server, election, time to live in milliseconds
     * @throws IOException if its input cannot be read
     */
    public static void main(String[] arguments) throws IOException {
        Recipe recipe = IncumbentRecipe.of(arguments[0], Duration.ofMillis(Long.parseLong(arguments[3])));
        recipe.open(arguments[1], 1).stand(arguments[2]).elected().await();
        System.out.println(ELECTED);
        while (System.in.read() >= 0) {}
        System.exit(0);
    }
}
