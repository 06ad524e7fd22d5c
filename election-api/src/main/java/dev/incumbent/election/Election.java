package dev.incumbent.election;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * A named contest with at most one leader at a time.
 *
 * <p>First come, first served. All methods may be called from any thread. One candidacy per client and election: a second
 * {@code campaign()} throws while the first stands. Two clients are two candidates.
 */
public interface Election {

    /**
     * The name as the application wrote it, such as {@code billing/settlement}.
     *
     * @return the name
     */
    String name();

    /**
     * Stands with default options. Does not block; wait with {@link Candidacy#awaitLeadership()}.
     *
     * @return the candidacy, to be closed by the caller
     * @throws CandidacyExistsException if this client stands in this election already
     * @throws IllegalStateException if the client is closed
     */
    default Candidacy campaign() {
        return campaign(CampaignOptions.defaults());
    }

    /**
     * Stands. Does not block; wait with {@link Candidacy#awaitLeadership()}.
     *
     * @param options payload, listeners, health check, drain rules
     * @return the candidacy, to be closed by the caller
     * @throws CandidacyExistsException if this client stands in this election already
     * @throws IllegalStateException if the client is closed
     */
    Candidacy campaign(CampaignOptions options);

    /**
     * Stands for at most so long with default options.
     *
     * @param timeout how long to wait for office, more than zero
     * @return a candidacy in office, to be closed by the caller; or empty, and then nothing is left queued
     * @throws InterruptedException if interrupted; nothing is left queued then either
     */
    default Optional<Candidacy> campaignFor(Duration timeout) throws InterruptedException {
        return campaignFor(timeout, CampaignOptions.defaults());
    }

    /**
     * Stands for at most so long.
     *
     * @param timeout how long to wait for office, more than zero
     * @param options payload, listeners, health check, drain rules
     * @return a candidacy in office, to be closed by the caller; or empty, and then nothing is left queued: an entry that
     *     an unreachable coordinator may still hold is withdrawn in the background for as long as its session lives
     * @throws InterruptedException if interrupted; nothing is left queued then either
     */
    Optional<Candidacy> campaignFor(Duration timeout, CampaignOptions options) throws InterruptedException;

    /**
     * Runs work whenever in office, with {@link LoopPolicy#defaults()}.
     *
     * @param work what to do while leading
     * @return the loop, to be closed by the caller
     */
    default LeaderLoop whileLeading(LeaderWork work) {
        return whileLeading(work, LoopPolicy.defaults(), CampaignOptions.defaults());
    }

    /**
     * Runs work on a thread of its own whenever in office; interrupts it when the leadership is revoked; releases the
     * entry only after it returned; stands again as the policy says.
     *
     * @param work what to do while leading
     * @param policy what follows when the work returns or throws
     * @param options payload, listeners, health check, drain rules
     * @return the loop, to be closed by the caller
     */
    LeaderLoop whileLeading(LeaderWork work, LoopPolicy policy, CampaignOptions options);

    /**
     * Watches without standing. The observer is told the present state first and then every change that could be seen;
     * changes in quick succession may be seen as their last one.
     *
     * @param observer told on the callback executor, in order
     * @return closes the observation
     */
    Observation observe(ElectionObserver observer);

    /**
     * Asks who leads, by a linearizable read.
     *
     * @return completes with the candidate whose entry stands first, or empty if there is none; exceptionally with
     *     {@link ElectionUnavailableException}. Being first is a precondition of office, not a proof that the process is
     *     awake
     */
    CompletionStage<Optional<CandidateInfo>> leaderAsync();

    /**
     * Asks who leads and waits for the answer, at most the configured call timeout and its retries.
     *
     * @return the candidate whose entry stands first, or empty
     * @throws ElectionUnavailableException if the coordinator does not answer
     * @throws InterruptedException if interrupted
     */
    Optional<CandidateInfo> leader() throws InterruptedException;

    /**
     * Lists the queue, by a linearizable read.
     *
     * @return completes with all candidates, the first in line first; exceptionally with
     *     {@link ElectionUnavailableException}
     */
    CompletionStage<List<CandidateInfo>> candidatesAsync();

    /**
     * Lists the queue and waits for the answer.
     *
     * @return all candidates, the first in line first
     * @throws ElectionUnavailableException if the coordinator does not answer
     * @throws InterruptedException if interrupted
     */
    List<CandidateInfo> candidates() throws InterruptedException;
}
