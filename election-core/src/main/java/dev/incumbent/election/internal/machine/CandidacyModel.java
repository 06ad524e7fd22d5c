package dev.incumbent.election.internal.machine;

import dev.incumbent.election.CandidacyState;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.Standing;
import dev.incumbent.fencing.FencingToken;
import org.jspecify.annotations.Nullable;

/**
 * What a candidacy machine knows. Immutable; times are monotonic nanoseconds, {@link #NEVER} where nothing is due.
 *
 * @param phase where the candidacy stands
 * @param leaving whether the application asked for the end
 * @param fit whether the candidate's own health check passes
 * @param entry the own entry, if one stands as far as is known
 * @param standing the newest certain view of its place; null while that is in question
 * @param term the term in office
 * @param draining the term being drained: its listeners or its work have not finished
 * @param overdue whether that drain has taken longer than it should
 * @param retired the highest token that this candidacy ended, withdrew, or saw in a store; nothing up to it is ever led with
 * @param attempt number of the newest attempt to enter
 * @param looking whether that attempt's reply was lost and its entry is being looked for
 * @param read number of the newest read of the standing
 * @param reading whether that read is under way
 * @param rereading whether something happened during it that it may not show
 * @param follow number of the newest follow
 * @param following whether that follow is in force
 * @param failures failed calls in a row
 * @param standAt not to enter before
 * @param retryAt when to repeat what failed
 * @param orphanAt when the orphan ahead may be removed
 * @param drainDueAt when the drain is overdue
 * @param wakeAt when the runtime was asked to wake the machine
 * @param terms how many terms there have been
 * @param trouble what is wrong, for people; empty if nothing
 */
public record CandidacyModel(
        CandidacyState phase,
        boolean leaving,
        boolean fit,
        @Nullable Entry entry,
        @Nullable Standing standing,
        @Nullable Term term,
        @Nullable Term draining,
        boolean overdue,
        @Nullable FencingToken retired,
        long attempt,
        boolean looking,
        long read,
        boolean reading,
        boolean rereading,
        long follow,
        boolean following,
        int failures,
        long standAt,
        long retryAt,
        long orphanAt,
        long drainDueAt,
        long wakeAt,
        long terms,
        String trouble) {

    /** The absence of a due time. */
    public static final long NEVER = Long.MIN_VALUE;

    /**
     * The state before anything happened.
     *
     * @return the state
     */
    public static CandidacyModel initial() {
        return new CandidacyModel(
                CandidacyState.IDLE,
                false,
                true,
                null,
                null,
                null,
                null,
                false,
                null,
                0,
                false,
                0,
                false,
                false,
                0,
                false,
                0,
                NEVER,
                NEVER,
                NEVER,
                NEVER,
                NEVER,
                0,
                "");
    }

    /**
     * A copy that has forgotten which tokens must not be led with again; for mutants in tests.
     *
     * @return the copy
     */
    public CandidacyModel withoutRetired() {
        return new CandidacyModel(
                phase,
                leaving,
                fit,
                entry,
                standing,
                term,
                draining,
                overdue,
                null,
                attempt,
                looking,
                read,
                reading,
                rereading,
                follow,
                following,
                failures,
                standAt,
                retryAt,
                orphanAt,
                drainDueAt,
                wakeAt,
                terms,
                trouble);
    }
}
