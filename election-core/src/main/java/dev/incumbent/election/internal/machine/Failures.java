package dev.incumbent.election.internal.machine;

import dev.incumbent.election.spi.Outcome;

/** Words for outcomes that are not "done". */
public final class Failures {

    private Failures() {}

    /**
     * Describes an outcome for a log line or a health detail.
     *
     * @param outcome the outcome
     * @return a few words, with the backend's own
     */
    public static String describe(Outcome<?> outcome) {
        if (outcome instanceof Outcome.Refused<?> refused) {
            return "refused (" + refused.reason() + "): " + refused.message();
        }
        if (outcome instanceof Outcome.Ambiguous<?> ambiguous) {
            return "outcome unknown: " + ambiguous.cause();
        }
        if (outcome instanceof Outcome.Unavailable<?> unavailable) {
            return "unavailable: " + unavailable.cause();
        }
        return "done";
    }
}
