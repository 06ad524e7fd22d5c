package dev.incumbent.model;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What TLC found.
 *
 * @param complete all states were seen and none was bad
 * @param violated the invariant that does not hold
 * @param states how many distinct states were seen
 * @param trace length of the counterexample in states, 0 without one
 * @param output everything that TLC printed
 */
record Verdict(boolean complete, Optional<String> violated, long states, int trace, String output) {

    private static final Pattern VIOLATED = Pattern.compile("^Error: Invariant (\\w+) is violated", Pattern.MULTILINE);
    // The last count; progress lines carry commas and "distinct states found" too.
    private static final Pattern STATES =
            Pattern.compile("^\\d+ states generated, (\\d+) distinct states found", Pattern.MULTILINE);
    private static final Pattern STEP = Pattern.compile("^State (\\d+): ", Pattern.MULTILINE);

    static Verdict parse(String output) {
        Matcher violated = VIOLATED.matcher(output);
        Matcher states = STATES.matcher(output);
        return new Verdict(
                output.contains("Model checking completed. No error has been found."),
                violated.find() ? Optional.of(violated.group(1)) : Optional.empty(),
                states.find() ? Long.parseLong(states.group(1)) : 0,
                (int) STEP.matcher(output).results().count(),
                output);
    }
}
