package dev.incumbent.embedded.consul.differential;

import java.util.List;

/**
 * The first step of a scenario that two servers answered differently.
 *
 * @param at the step's place in the scenario
 * @param left what the first server answered, as {@link Rendering} writes it
 */
record Difference(Scenario scenario, int at, List<String> left, List<String> right) {

    Step step() {
        return scenario.steps().get(at);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("in \"" + scenario.name() + "\"\n");
        for (Step each : scenario.steps().subList(0, at + 1)) {
            text.append("  ").append(each.toString().replace("\n", "\n    ")).append('\n');
        }
        return text + "answered\n  " + String.join("\n  ", left) + "\nand\n  " + String.join("\n  ", right);
    }
}
