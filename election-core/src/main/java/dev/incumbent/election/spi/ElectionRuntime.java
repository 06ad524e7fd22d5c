package dev.incumbent.election.spi;

import dev.incumbent.election.CandidateId;
import dev.incumbent.election.Ticker;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/**
 * What a client needs from its surroundings: clocks, threads, chance. Tests replace all of it.
 *
 * @param ticker both clocks
 * @param loop runs the machines; closed with the client
 * @param callbacks runs listeners, health checks and leader work; may run many at once
 * @param callbacksOwned whether {@code callbacks} is an {@link AutoCloseable} or {@code ExecutorService} that the client
 *     shuts down when it closes
 * @param random used for identities of attempts and for jitter
 * @param defaultCandidate the id of candidates that name none
 */
public record ElectionRuntime(
        Ticker ticker,
        EventLoop loop,
        Executor callbacks,
        boolean callbacksOwned,
        RandomGenerator random,
        CandidateId defaultCandidate) {}
