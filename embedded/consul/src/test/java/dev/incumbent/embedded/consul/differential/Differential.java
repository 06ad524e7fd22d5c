package dev.incumbent.embedded.consul.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Tells the same scenarios to two servers and compares their answers. Not thread-safe. */
final class Differential {

    private final Conversation left;
    private final Conversation right;
    private long exchanges;

    Differential(HttpSubject left, HttpSubject right) {
        this.left = new Conversation(left);
        this.right = new Conversation(right);
    }

    /**
     * The first difference. One in what a request was answered that waited has to come twice: on a machine that is busy, its
     * wait can be over before the change that it waits for.
     */
    Optional<Difference> run(Scenario scenario) {
        Optional<Difference> found = once(scenario);
        return found.filter(difference -> difference.step().label().startsWith(Step.LOOSE))
                        .isPresent()
                ? once(scenario)
                : found;
    }

    private Optional<Difference> once(Scenario scenario) {
        exchanges += scenario.exchanges();
        return compare(scenario, left.tell(scenario), right.tell(scenario));
    }

    /** The same with a sequence from which no single step can be left out without losing the difference. */
    Optional<Difference> runAndShrink(Scenario scenario, int attempts) {
        return run(scenario).flatMap(found -> {
            List<Step> shortest = Shrinker.shrink(
                    scenario.steps(), steps -> run(scenario.with(steps)).isPresent(), attempts);
            // A difference that does not come again is shown as it came.
            return run(scenario.with(shortest)).or(() -> Optional.of(found));
        });
    }

    static Optional<Difference> compare(Scenario scenario, List<List<String>> left, List<List<String>> right) {
        int next = 0;
        for (int at = 0; at < scenario.steps().size(); at++) {
            if (scenario.steps().get(at).kind() != Step.Kind.START) {
                if (!left.get(next).equals(right.get(next))) {
                    return Optional.of(new Difference(scenario, at, left.get(next), right.get(next)));
                }
                next++;
            }
        }
        return Optional.empty();
    }

    /** All steps of a scenario that are answered otherwise than recorded. */
    static List<Difference> fromRecorded(Scenario scenario, List<List<String>> answers) {
        List<Difference> found = new ArrayList<>();
        int next = 0;
        for (int at = 0; at < scenario.steps().size(); at++) {
            Step step = scenario.steps().get(at);
            if (step.kind() != Step.Kind.START) {
                List<String> answer = answers.get(next++);
                if (!answer.equals(step.recorded())) {
                    found.add(new Difference(scenario, at, step.recorded(), answer));
                }
            }
        }
        return found;
    }

    /** How many answers were compared. */
    long exchanges() {
        return exchanges;
    }
}
