package dev.incumbent.testkit.linearizability;

import java.util.List;

/**
 * What the checker found.
 *
 * @param <I> what can be asked
 * @param <O> what can be answered
 */
public sealed interface Verdict<I, O> {

    /**
     * There is an order that explains every answer.
     *
     * @param order one such order; open operations that never need to have happened are left out
     */
    record Linearizable<I, O>(List<Operation<I, O>> order) implements Verdict<I, O> {}

    /**
     * No order explains the answers.
     *
     * @param explained the longest sequence that did
     * @param stuck operations of which one had to come next, and none could
     */
    record NotLinearizable<I, O>(List<Operation<I, O>> explained, List<Operation<I, O>> stuck)
            implements Verdict<I, O> {
        private static final int SHOWN = 12;

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder("not linearizable; the last explained:");
            explained
                    .subList(Math.max(0, explained.size() - SHOWN), explained.size())
                    .forEach(operation -> text.append("\n  ").append(operation));
            text.append("\nnone of these can be next:");
            stuck.forEach(operation -> text.append("\n  ").append(operation));
            return text.toString();
        }
    }

    /**
     * The search was given up.
     *
     * @param steps how many steps of the model it had tried
     */
    record Undecided<I, O>(long steps) implements Verdict<I, O> {}
}
