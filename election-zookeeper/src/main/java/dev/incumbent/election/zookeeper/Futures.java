package dev.incumbent.election.zookeeper;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Joins futures that never fail. */
final class Futures {

    private Futures() {}

    static <T> CompletableFuture<List<T>> all(List<CompletableFuture<T>> futures) {
        return CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new))
                .thenApply(done -> futures.stream().map(CompletableFuture::join).toList());
    }
}
