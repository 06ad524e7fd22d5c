package dev.incumbent.election.internal.machine;

import dev.incumbent.election.CandidacyState;
import dev.incumbent.election.Stamp;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.Standing;
import dev.incumbent.fencing.FencingToken;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A candidacy's state while one step changes it, with the few moves that every rule is made of. */
abstract sealed class CandidacyDraft permits CandidacyMachine {

    private static final Map<CandidacyState, Set<CandidacyState>> LEGAL = new EnumMap<>(Map.of(
            CandidacyState.IDLE, EnumSet.of(CandidacyState.ENROLLING, CandidacyState.CLOSED),
            CandidacyState.ENROLLING, EnumSet.of(CandidacyState.WAITING, CandidacyState.IDLE),
            CandidacyState.WAITING, EnumSet.of(CandidacyState.LEADING, CandidacyState.RELEASING, CandidacyState.IDLE),
            CandidacyState.LEADING, EnumSet.of(CandidacyState.SUSPECT, CandidacyState.DRAINING),
            CandidacyState.SUSPECT, EnumSet.of(CandidacyState.LEADING, CandidacyState.DRAINING),
            CandidacyState.DRAINING, EnumSet.of(CandidacyState.RELEASING, CandidacyState.IDLE),
            CandidacyState.RELEASING, EnumSet.of(CandidacyState.IDLE),
            CandidacyState.CLOSED, EnumSet.noneOf(CandidacyState.class)));

    final Context context;
    final CandidacySettings settings;
    final Stamp now;
    private final List<CandidacyCommand> commands = new ArrayList<>(4);
    private final List<Move> moves = new ArrayList<>(2);

    CandidacyState phase;
    boolean leaving;
    boolean fit;

    @Nullable
    Entry entry;

    @Nullable
    Standing standing;

    @Nullable
    Term term;

    @Nullable
    Term draining;

    boolean overdue;

    @Nullable
    FencingToken retired;

    long attempt;
    boolean looking;
    long read;
    boolean reading;
    boolean rereading;
    long follow;
    boolean following;
    int failures;
    long standAt;
    long retryAt;
    long orphanAt;
    long drainDueAt;
    long wakeAt;
    long terms;
    String trouble;

    CandidacyDraft(CandidacyModel state, Context context, CandidacySettings settings) {
        this.context = context;
        this.settings = settings;
        this.now = context.now();
        phase = state.phase();
        leaving = state.leaving();
        fit = state.fit();
        entry = state.entry();
        standing = state.standing();
        term = state.term();
        draining = state.draining();
        overdue = state.overdue();
        retired = state.retired();
        attempt = state.attempt();
        looking = state.looking();
        read = state.read();
        reading = state.reading();
        rereading = state.rereading();
        follow = state.follow();
        following = state.following();
        failures = state.failures();
        standAt = state.standAt();
        retryAt = state.retryAt();
        orphanAt = state.orphanAt();
        drainDueAt = state.drainDueAt();
        wakeAt = state.wakeAt();
        terms = state.terms();
        trouble = state.trouble();
    }

    final void to(CandidacyState next, String why) {
        requireLegal(phase, next, why);
        moves.add(new Move(phase, next, why));
        phase = next;
    }

    static void requireLegal(CandidacyState from, CandidacyState to, String why) {
        Set<CandidacyState> legal = LEGAL.get(from);
        if (legal == null || !legal.contains(to)) {
            throw new IllegalStateException("A candidacy does not go from " + from + " to " + to + " (" + why + ")");
        }
    }

    final void command(CandidacyCommand command) {
        commands.add(command);
    }

    final boolean isDue(long at) {
        return at == CandidacyModel.NEVER || now.nanos() - at >= 0;
    }

    final boolean isFollowing(long number) {
        return following && number == follow && entry != null;
    }

    /** Follows the own entry and the one ahead, unless the follow in force serves already. */
    final void follow(Optional<String> predecessor, boolean serves) {
        if (!serves && entry != null && (phase == CandidacyState.WAITING || phase.inOffice())) {
            follow++;
            following = true;
            command(new CandidacyCommand.Follow(follow, entry, predecessor));
        }
    }

    final void stopFollowing() {
        // Also where the follow no longer decides: whoever reports on the entry must let go of it.
        following = false;
        command(new CandidacyCommand.Unfollow());
        reading = false;
        rereading = false;
        standing = null;
    }

    /** Nothing up to this token is ever led with again; a foreign token neither replaces nor outranks a known one. */
    final void retire(FencingToken token) {
        if (retired == null || (token.sameScope(retired) && token.isNewerThan(retired))) {
            retired = token;
        }
    }

    final void backOffIdle(String why) {
        failures++;
        trouble = why;
        standAt = now.nanos() + settings.timing().backoffNanos(failures, context.jitter());
        to(CandidacyState.IDLE, why);
    }

    final void retryLater(String why) {
        failures++;
        trouble = why;
        retryAt = now.nanos() + settings.timing().backoffNanos(failures, context.jitter());
    }

    final void end(String failure) {
        to(CandidacyState.CLOSED, failure.isEmpty() ? "done" : failure);
        trouble = failure;
        command(new CandidacyCommand.End(failure));
    }

    final CandidacyLogic.Step finish() {
        long next = CandidacyModel.NEVER;
        if (phase != CandidacyState.CLOSED) {
            next = earlier(next, retryAt);
            next = earlier(next, orphanAt);
            next = earlier(next, drainDueAt);
            // A candidate that may stand already waits for the session, not for the clock.
            next = phase == CandidacyState.IDLE && !isDue(standAt) ? earlier(next, standAt) : next;
        }
        if (next != wakeAt) {
            wakeAt = next;
            command(
                    next == CandidacyModel.NEVER
                            ? new CandidacyCommand.CancelWake()
                            : new CandidacyCommand.WakeAt(next));
        }
        return new CandidacyLogic.Step(model(), List.copyOf(commands), List.copyOf(moves));
    }

    private static long earlier(long a, long b) {
        if (a == CandidacyModel.NEVER) {
            return b;
        }
        return b == CandidacyModel.NEVER || a - b <= 0 ? a : b;
    }

    private CandidacyModel model() {
        return new CandidacyModel(
                phase,
                leaving,
                fit,
                entry,
                standing,
                term,
                draining,
                overdue,
                retired,
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
