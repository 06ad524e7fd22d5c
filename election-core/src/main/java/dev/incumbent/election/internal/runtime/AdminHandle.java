package dev.incumbent.election.internal.runtime;

import dev.incumbent.election.ElectionAdmin;
import dev.incumbent.election.Generation;
import dev.incumbent.election.internal.machine.SessionEvent;
import dev.incumbent.election.spi.Outcome;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Operators' tools on a client's connection. */
final class AdminHandle implements ElectionAdmin {

    private final CoordinatedClient client;

    AdminHandle(CoordinatedClient client) {
        this.client = client;
    }

    @Override
    public CompletionStage<Generation> generation() {
        return new RetryingRead<>(client, "Reading the generation", client.coordinator()::generation).start();
    }

    @Override
    public CompletionStage<Generation> raiseGeneration(Optional<UUID> authority) {
        client.requireOpen();
        CompletableFuture<Generation> raised = new CompletableFuture<>();
        client.runtime().loop().execute(() -> {
            long unixSeconds = client.runtime().ticker().wallMillis() / 1000;
            client.calls()
                    .write(
                            "Raising the generation",
                            () -> client.coordinator().raiseGeneration(authority, unixSeconds),
                            outcome -> onRaised(outcome, raised));
        });
        return raised.minimalCompletionStage();
    }

    private void onRaised(Outcome<Generation> outcome, CompletableFuture<Generation> raised) {
        if (outcome instanceof Outcome.Done<Generation> done) {
            client.keeper().handle(new SessionEvent.GenerationSeen(done.value()));
            client.outside(() -> raised.complete(done.value()));
        } else {
            client.outside(() -> raised.completeExceptionally(
                    client.failure("Raising the generation; it may be repeated", outcome)));
        }
    }
}
