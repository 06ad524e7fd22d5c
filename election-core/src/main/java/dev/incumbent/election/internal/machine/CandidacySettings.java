package dev.incumbent.election.internal.machine;

/**
 * What one candidacy's options mean to its machine.
 *
 * @param timing the client's timing
 * @param drainTimeoutNanos after this a drain is overdue
 * @param releaseUndrained whether an overdue drain still releases the entry
 */
public record CandidacySettings(Timing timing, long drainTimeoutNanos, boolean releaseUndrained) {}
