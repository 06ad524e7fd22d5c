package dev.incumbent.election.internal.runtime;

import dev.incumbent.election.CandidacyClosedException;
import dev.incumbent.election.Leadership;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Those who wait for one candidacy's office. Changed on the event loop, awaited anywhere. */
final class OfficeWaiters {

    private final Executor callbacks;
    private volatile CompletableFuture<Leadership> office = new CompletableFuture<>();

    OfficeWaiters(Executor callbacks) {
        this.callbacks = callbacks;
    }

    void elected(Leadership leadership) {
        office.complete(leadership);
    }

    void vacated() {
        if (!office.isCompletedExceptionally()) {
            office = new CompletableFuture<>();
        }
    }

    void ended(CandidacyClosedException reason) {
        if (!office.completeExceptionally(reason)) {
            office = CompletableFuture.failedFuture(reason);
        }
    }

    Leadership await() throws InterruptedException {
        try {
            return office.get();
        } catch (ExecutionException closed) {
            throw copy(closed);
        }
    }

    Optional<Leadership> await(Duration timeout) throws InterruptedException {
        try {
            return Optional.of(office.get(timeout.toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException timeIsUp) {
            return Optional.empty();
        } catch (ExecutionException closed) {
            throw copy(closed);
        }
    }

    /** Dependents of this stage never run on the event loop. */
    CompletionStage<Leadership> stage() {
        return office.thenApplyAsync(leadership -> leadership, callbacks).minimalCompletionStage();
    }

    /** A fresh exception shows the waiting caller's own stack. */
    private static CandidacyClosedException copy(ExecutionException closed) {
        Throwable reason = closed.getCause();
        return new CandidacyClosedException(
                reason == null ? "The candidacy is over" : String.valueOf(reason.getMessage()), reason);
    }
}
