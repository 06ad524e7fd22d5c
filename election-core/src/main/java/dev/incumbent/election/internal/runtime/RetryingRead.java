package dev.incumbent.election.internal.runtime;

import dev.incumbent.election.spi.Outcome;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** A read for the application: repeated a few times with back-off while the coordinator does not answer. */
final class RetryingRead<T> {

    private static final int ATTEMPTS = 3;

    private final CoordinatedClient client;
    private final String what;
    private final Supplier<CompletionStage<Outcome<T>>> request;
    private final CompletableFuture<T> result = new CompletableFuture<>();
    private int attempt;

    RetryingRead(CoordinatedClient client, String what, Supplier<CompletionStage<Outcome<T>>> request) {
        this.client = client;
        this.what = what;
        this.request = request;
    }

    /** Starts it; the stage completes where user code may run. */
    CompletionStage<T> start() {
        client.requireOpen();
        client.runtime().loop().execute(this::tryOnce);
        return result.minimalCompletionStage();
    }

    private void tryOnce() {
        attempt++;
        int current = attempt;
        client.calls().read(what, request, outcome -> onOutcome(current, outcome));
    }

    private void onOutcome(int ofAttempt, Outcome<T> outcome) {
        if (outcome instanceof Outcome.Done<T> done) {
            client.outside(() -> result.complete(done.value()));
        } else if (ofAttempt == attempt) {
            if (outcome instanceof Outcome.Refused || attempt == ATTEMPTS) {
                client.outside(() -> result.completeExceptionally(client.failure(what, outcome)));
            } else {
                double jitter = client.runtime().random().nextDouble();
                client.runtime().loop().schedule(this::tryOnce, client.backoffNanos(attempt, jitter));
            }
        }
    }
}
