package dev.incumbent.embedded.consul.differential;

import java.util.ArrayList;
import java.util.List;

/** A story told to a server without keys and sessions; what it answers is compared as a whole. */
record Scenario(String name, List<Step> steps) {

    Scenario with(List<Step> others) {
        return new Scenario(name, List.copyOf(others));
    }

    /** The same through three servers in turn; reads that may be stale stay with the first, which leads. */
    Scenario throughThree() {
        List<Step> spread = new ArrayList<>();
        for (Step step : steps) {
            boolean leaderOnly = step.kind() == Step.Kind.AWAIT || step.target().contains("stale");
            spread.add(leaderOnly ? step : step.on(spread.size() % 3 + 1));
        }
        return with(spread);
    }

    long exchanges() {
        return steps.stream().filter(step -> step.kind() != Step.Kind.START).count();
    }
}
