package dev.incumbent.election;

import dev.incumbent.fencing.FencingToken;
import dev.incumbent.fencing.TokenHolder;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One term in office, from election to its end.
 *
 * <h2>Guarantees</h2>
 *
 * <ul>
 *   <li>The token never changes and belongs to this term alone; a later term of any candidate has a higher one (S1).
 *   <li>{@link #isValid()} is computed on every call from the clocks and the newest confirmed renewal. It is true only
 *       while the coordinator cannot yet have let another candidate in, given a bounded error of the clock's
 *       <em>rate</em> (S2). Once false because of the deadline or the end of the term, it stays false; after a clock leap it may turn true
 *       again, when a renewal sent after the leap was confirmed with the entry still in place.
 *   <li>The end is told exactly once, with a cause.
 * </ul>
 *
 * <h2>Does not guarantee</h2>
 *
 * <ul>
 *   <li>That the process still leads when the line after {@code isValid()} runs: it may be paused in between. Only a
 *       store that checks the token refuses what comes too late.
 *   <li>Anything after somebody else's hand removed the entry, until that removal was heard of.
 * </ul>
 *
 * <p>All methods may be called from any thread and none blocks.
 */
public interface Leadership extends TokenHolder {

    /**
     * The election that was won.
     *
     * @return its name
     */
    String election();

    /**
     * The candidate that won.
     *
     * @return its id
     */
    CandidateId candidate();

    /**
     * The token of this term, captured at the election and never looked up again.
     *
     * @return the token
     */
    @Override
    FencingToken token();

    /**
     * Whether this process may believe now that it leads. Two volatile reads and two clock reads; no lock, no
     * allocation.
     *
     * @return true while the term lasts, the lease deadline is ahead and no clock leapt since the newest renewal
     */
    @Override
    boolean isValid();

    /**
     * Time left until the lease deadline if no further renewal is confirmed.
     *
     * @return the time, zero when not valid
     */
    Duration remaining();

    /**
     * When the term began, on the wall clock, for people; decides nothing.
     *
     * @return the instant
     */
    Instant electedAt();

    /**
     * Why the term ended.
     *
     * @return the cause, empty while nobody has ended it; a deadline that passed a moment ago may not be noted here yet
     */
    Optional<RevocationCause> revocation();

    /**
     * Completes when the term ends, after {@link #isValid()} has turned false. Dependent actions should name an executor
     * of their own ({@code thenAcceptAsync}).
     *
     * @return a stage that cannot be completed by the caller
     */
    CompletionStage<RevocationCause> whenRevoked();

    /**
     * Throws unless {@link #isValid()}.
     *
     * @throws LeadershipLostException if this leadership is not valid now
     */
    void requireValid();

    /**
     * Reports that a store refused this leadership's token as stale. A leadership that is still in office ends with
     * {@link RevocationCause#FENCED} and its candidacy stands again; later calls do nothing.
     *
     * @param highest the store's mark, if it can name it
     */
    @Override
    void fenced(@Nullable FencingToken highest);
}
