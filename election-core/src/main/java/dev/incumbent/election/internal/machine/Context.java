package dev.incumbent.election.internal.machine;

import dev.incumbent.election.Generation;
import dev.incumbent.election.Stamp;
import org.jspecify.annotations.Nullable;

/**
 * What a candidacy may know besides its own state when it takes a step.
 *
 * @param now both clocks
 * @param lease the session's newest lease; null without a session
 * @param generation the newest generation record seen; null before the first session
 * @param jitter a random number in [0, 1)
 */
public record Context(
        Stamp now, @Nullable Lease lease, @Nullable Generation generation, double jitter) {}
