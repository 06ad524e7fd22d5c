package dev.incumbent.election.internal.machine;

import java.util.List;

/** A candidacy's decisions, as a function; tests decorate it with mistakes to see that they are found. */
@FunctionalInterface
public interface CandidacyLogic {

    /**
     * Takes one step.
     *
     * @param state the state before
     * @param event what happened
     * @param context clocks, lease, generation
     * @param settings the candidacy's settings
     * @return the state after, and commands
     */
    Step step(CandidacyModel state, CandidacyEvent event, Context context, CandidacySettings settings);

    /**
     * The outcome of a step.
     *
     * @param state the state after
     * @param commands in the order in which they are to be carried out
     * @param moves the phases passed through, for the log
     */
    record Step(CandidacyModel state, List<CandidacyCommand> commands, List<Move> moves) {}
}
