package dev.incumbent.election.spi;

import dev.incumbent.election.CandidateInfo;
import dev.incumbent.election.Generation;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/**
 * One coordinator, as the core sees it: entries owned by a session, ordered by commit.
 *
 * <h2>Threading</h2>
 *
 * Every method returns at once and may be called from any thread. Stages may complete, and sinks may be called, on any
 * thread, but never under a lock that a method of this interface takes. Sinks and signals of one session are called in the
 * order in which the coordinator committed what they report.
 *
 * <h2>Outcomes</h2>
 *
 * A stage completes normally with an {@link Outcome}, always, and within the adapter's own knowledge of its connection:
 * a request whose connection broke completes {@link Outcome.Ambiguous} (a write) or {@link Outcome.Unavailable} (a read,
 * or a write that was never sent) instead of staying open. The core bounds each call besides. No stage completes
 * exceptionally; the core treats one that does as ambiguous. A method never repeats a write on its own.
 *
 * <h2>Identity</h2>
 *
 * An entry carries an identity given by the caller ({@link EnrolRequest#attempt()}, or the session where one session has at
 * most one entry per election), so that {@link #findOwn} can tell later whether a request whose reply was lost took
 * effect. "Absent" in one read does not prove that a delayed request will not land afterwards; the core asks for
 * {@link #ownEntries} until the session ends and withdraws what nobody claims.
 *
 * <h2>Reads</h2>
 *
 * All reads are linearizable, or at least as new as every reply that this session has received, where being first in line is
 * stable against older views (no entry of an earlier commit can appear later).
 */
public interface Coordinator extends AutoCloseable {

    /**
     * What the core must know of this kind of coordinator.
     *
     * @return constants
     */
    CoordinatorTraits traits();

    /**
     * Opens a session with the time to live that the adapter was configured with. At most one session is open at a time;
     * the core asks again only after the one before was lost or closed, or its opening failed or outlasted the call timeout;
     * while an opening is under way, an adapter may answer a second one {@link Outcome.Unavailable} or with the same session,
     * and a grant that comes late is still welcome. An opening whose reply was
     * lost must not leave a session that outlives its time to live.
     *
     * @param signals told about the session from now on
     * @return the grant, whose renewal counts from before the request was sent
     */
    CompletionStage<Outcome<SessionGrant>> openSession(SessionSignals signals);

    /**
     * Renews. One at a time, and not sooner than {@link CoordinatorTraits#minRenewSpacing()} after the reply to the one
     * before; only when a renewal outlasts the core's call timeout is another asked for, which an adapter may answer with
     * {@link Outcome.Unavailable} while the first is under way. A renewal that confirms less than the one before is no error: it repeats the older instant. A reply that
     * arrives after the core gave up waiting is still welcome.
     *
     * @param session which session
     * @return what is proved now; {@link Refusal#SESSION_GONE} if the coordinator said so
     */
    CompletionStage<Outcome<Renewal>> renew(SessionId session);

    /**
     * Ends a session and with it all its entries.
     *
     * @param session which session
     * @return done also if it is gone already
     */
    CompletionStage<Outcome<Ack>> closeSession(SessionId session);

    /**
     * Enters a queue, at its end, in one committed write that also compares the generation. Where the same session has an
     * entry in this election already and the backend allows one only, that entry is returned: the core decides whether it
     * may be adopted.
     *
     * @param request who, where, under which identity
     * @return the entry and its place, from a view that includes the entry
     */
    CompletionStage<Outcome<Enrolment>> enrol(EnrolRequest request);

    /**
     * Looks for the entry that an earlier {@link #enrol} with the same identity may have made.
     *
     * @param request the same request
     * @return the entry and its place, or empty if it is not there (yet)
     */
    CompletionStage<Outcome<Optional<Enrolment>>> findOwn(EnrolRequest request);

    /**
     * Reads an entry's place, and the generation with it.
     *
     * @param own the entry
     * @return its place now
     */
    CompletionStage<Outcome<Standing>> standing(Entry own);

    /**
     * Follows the own entry and, if there is one, the entry ahead of it. Reports every change since the view in which the
     * caller saw that place, or {@link FollowSink#broken}. Arming costs no committed write, and a change costs one
     * notification, however long the queue is. The own entry is being followed before anything is reported.
     *
     * @param own the entry
     * @param predecessor the backend's name of the entry ahead, empty for the head of the queue
     * @param sink told of changes, after this method has returned
     * @return stops it
     */
    Subscription follow(Entry own, Optional<String> predecessor, FollowSink sink);

    /**
     * Deletes an entry if it is still the same one (compared by epoch). Repeating it is harmless.
     *
     * @param own the entry
     * @return done if it does not stand any more, whoever removed it
     */
    CompletionStage<Outcome<Ack>> withdraw(Entry own);

    /**
     * Deletes an orphaned entry if it is still the same one and still without a session. Only asked for after
     * {@link Standing.BehindOrphan} or {@link FollowSink#predecessorOrphaned}; coordinators that remove the entries of a lost
     * session themselves never see it.
     *
     * @param waiting the own entry, behind the orphan
     * @param orphan the backend's name of the orphan
     * @return done if it does not stand any more
     */
    CompletionStage<Outcome<Ack>> removeOrphan(Entry waiting, String orphan);

    /**
     * Lists every entry that a session owns, in all elections of this adapter.
     *
     * @param session which session
     * @return the entries, in no order
     */
    CompletionStage<Outcome<List<Entry>>> ownEntries(SessionId session);

    /**
     * Changes what others see beside the candidate's name, without disturbing members of the queue.
     *
     * @param own the entry
     * @param payload the new payload
     * @return done when committed; {@link Refusal#ENTRY_GONE} if the entry does not stand
     */
    CompletionStage<Outcome<Ack>> updatePayload(Entry own, byte[] payload);

    /**
     * Lists a queue, linearizably; it may be called without a session.
     *
     * @param election the election's name
     * @return the candidates, first in line first
     */
    CompletionStage<Outcome<List<CandidateInfo>>> list(String election);

    /**
     * Observes who stands first; it may be called without a session and does not depend on one.
     *
     * @param election the election's name
     * @param sink told the present state, then of changes, after this method has returned
     * @return stops it
     */
    Subscription observe(String election, ObservationSink sink);

    /**
     * Writes to the coordinator in one atomic step with the check that the own entry stands.
     *
     * @param own the entry
     * @param ops the changes, at least one, each key at most once
     * @return done when all were committed; {@link Refusal#ENTRY_GONE}, and nothing written, if the entry does not stand
     */
    CompletionStage<Outcome<Ack>> guardedWrite(Entry own, List<GuardedOp> ops);

    /**
     * Reads the generation record, linearizably.
     *
     * @return the record
     */
    CompletionStage<Outcome<Generation>> generation();

    /**
     * Raises the generation to {@code max(old + 1, atLeast)} and removes every entry of every election of this adapter, such
     * that no entry made before the raise can be led with after it (S1): in one atomic step, or by raising first and then
     * deleting, waiters before their predecessors. It may be repeated after any outcome but done.
     *
     * @param authority replaces the authority, if given
     * @param atLeast the least new number: Unix seconds, so that a counter that was itself restored does not repeat
     * @return the new record
     */
    CompletionStage<Outcome<Generation>> raiseGeneration(Optional<UUID> authority, long atLeast);

    /**
     * Releases what the adapter created: connections, threads. Open stages complete. Bounded, idempotent. Sessions are left
     * to lapse; the core has closed them before.
     */
    @Override
    void close();
}
