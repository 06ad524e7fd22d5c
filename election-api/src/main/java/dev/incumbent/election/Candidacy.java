package dev.incumbent.election;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * One candidate's standing in one election, from {@link Election#campaign()} until it resigns or is closed. It may win
 * several terms: after a lost session it enters again by itself, at the end of the queue (L3).
 *
 * <p>All methods may be called from any thread, listeners included.
 */
public interface Candidacy extends AutoCloseable {

    /**
     * The election stood in.
     *
     * @return its name
     */
    String election();

    /**
     * Who stands.
     *
     * @return the id given in the options, or one made of host and process
     */
    CandidateId candidateId();

    /**
     * Where the candidacy stands now; for display, since it may change before the caller looks at it.
     *
     * @return the state
     */
    CandidacyState state();

    /**
     * The term in office.
     *
     * @return the leadership if this candidacy holds one, valid or in doubt; else empty
     */
    Optional<Leadership> leadership();

    /**
     * Waits until this candidacy is in office with a valid leadership.
     *
     * @return the leadership
     * @throws InterruptedException if interrupted; the candidacy goes on, close it to withdraw
     * @throws CandidacyClosedException if the candidacy ends first, with the reason
     */
    Leadership awaitLeadership() throws InterruptedException;

    /**
     * Waits at most so long until this candidacy is in office with a valid leadership.
     *
     * @param timeout how long; zero asks without waiting
     * @return the leadership, or empty when the time is up; the candidacy then goes on, close it to withdraw
     * @throws InterruptedException if interrupted; the candidacy goes on
     * @throws CandidacyClosedException if the candidacy ends first, with the reason
     */
    Optional<Leadership> awaitLeadership(Duration timeout) throws InterruptedException;

    /**
     * The asynchronous form of {@link #awaitLeadership()}. Dependent actions should name an executor of their own.
     *
     * @return completes with the current leadership, or the next; exceptionally with {@link CandidacyClosedException} if
     *     the candidacy ends first
     */
    CompletionStage<Leadership> whenLeading();

    /**
     * Steps down, if in office, and leaves for good: {@code isValid()} turns false, listeners are told, leader work is
     * awaited, and only then is the entry released (S5).
     *
     * @return completes when the coordinator no longer holds an entry of this candidacy. Where the coordinator cannot be
     *     reached it completes once the entry's session is known to be gone, so bound the wait
     */
    CompletionStage<Void> resign();

    /**
     * Steps down, if in office, releases the entry as {@link #resign()} does, and stands again at the end of the queue.
     *
     * @return completes when the entry that stood at the time of the call is released
     */
    CompletionStage<Void> requeue();

    /**
     * Changes the published payload.
     *
     * @param payload the new payload, within the limits of {@link CampaignOptions#payload()}
     * @return completes when it is committed; exceptionally with {@link ElectionException} if there is no entry, the
     *     coordinator refuses, or the outcome is unknown
     */
    CompletionStage<Void> proclaim(byte[] payload);

    /**
     * Resigns and waits for it, at most {@link ElectionConfig#closeTimeout()}. Called from one of its own listeners it
     * does not wait. A second call does nothing new. When the time is up the release goes on in the background for as
     * long as the client is open.
     */
    @Override
    void close();
}
