package dev.incumbent.testkit.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Refusal;
import dev.incumbent.testkit.contract.Eventually;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Waits for what a coordinator answers. Thread-safe. */
public final class Outcomes {

    /** How long anything may take that must happen: long enough for a machine that is busy with other tests. */
    public static final Duration PATIENCE = Duration.ofSeconds(30);

    private Outcomes() {}

    /**
     * Waits for an answer of any kind.
     *
     * @param stage the request
     * @param <T> of what
     * @return the answer
     */
    public static <T> Outcome<T> outcome(CompletionStage<Outcome<T>> stage) {
        return Eventually.get(PATIENCE, stage);
    }

    /**
     * Waits for the answer to a request that must succeed.
     *
     * @param stage the request
     * @param <T> of what
     * @return what it yields
     */
    public static <T> T done(CompletionStage<Outcome<T>> stage) {
        Outcome<T> outcome = outcome(stage);
        assertThat(outcome).isInstanceOf(Outcome.Done.class);
        return ((Outcome.Done<T>) outcome).value();
    }

    /**
     * Asks again while the servers are away.
     *
     * @param request makes one attempt
     * @param <T> of what
     * @return what the first attempt that succeeds yields
     */
    public static <T> T eventuallyDone(Supplier<CompletionStage<Outcome<T>>> request) {
        Outcome<T> last = Eventually.until(
                PATIENCE,
                "a request that succeeds",
                () -> outcome(request.get()),
                outcome -> outcome instanceof Outcome.Done);
        return ((Outcome.Done<T>) last).value();
    }

    /**
     * Checks why a request was refused.
     *
     * @param outcome the answer
     * @param reason the reason that it must give
     * @param saying what the message must hold
     */
    public static void assertRefused(Outcome<?> outcome, Refusal reason, String saying) {
        assertThat(outcome).isInstanceOf(Outcome.Refused.class);
        Outcome.Refused<?> refused = (Outcome.Refused<?>) outcome;
        assertThat(refused.reason()).as(refused.message()).isEqualTo(reason);
        assertThat(refused.message()).contains(saying);
    }
}
