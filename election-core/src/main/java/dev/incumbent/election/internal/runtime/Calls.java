package dev.incumbent.election.internal.runtime;

import dev.incumbent.election.spi.EventLoop;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Subscription;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Bounds requests to the coordinator and brings their outcomes to the event loop.
 *
 * <p>A request without an answer in time counts as ambiguous if it writes, as unavailable if it only reads. Its answer is
 * delivered all the same when it comes: a renewal confirmed late is still a renewal, and an entry made late must be
 * withdrawn.
 */
final class Calls {

    private final EventLoop loop;
    private final long timeoutNanos;

    Calls(EventLoop loop, long timeoutNanos) {
        this.loop = loop;
        this.timeoutNanos = timeoutNanos;
    }

    <T> void write(String what, Supplier<CompletionStage<Outcome<T>>> request, Consumer<Outcome<T>> then) {
        call(request, then, () -> new Outcome.Ambiguous<>(late(what)));
    }

    <T> void read(String what, Supplier<CompletionStage<Outcome<T>>> request, Consumer<Outcome<T>> then) {
        call(request, then, () -> new Outcome.Unavailable<>(late(what)));
    }

    private TimeoutException late(String what) {
        return new TimeoutException(what + " was not answered within " + timeoutNanos / 1_000_000 + " ms");
    }

    private <T> void call(
            Supplier<CompletionStage<Outcome<T>>> request, Consumer<Outcome<T>> then, Supplier<Outcome<T>> late) {
        Subscription timer = loop.schedule(() -> then.accept(late.get()), timeoutNanos);
        CompletionStage<Outcome<T>> stage;
        try {
            stage = request.get();
        } catch (RuntimeException defect) {
            timer.close();
            // An adapter that throws broke its contract; whether something was sent nobody knows.
            loop.execute(() -> then.accept(new Outcome.Ambiguous<>(defect)));
            return;
        }
        stage.whenComplete((outcome, failure) -> {
            timer.close();
            Outcome<T> result = failure == null ? outcome : new Outcome.Ambiguous<>(failure);
            loop.execute(() -> then.accept(result));
        });
    }
}
