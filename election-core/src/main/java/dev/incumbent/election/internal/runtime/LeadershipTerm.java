package dev.incumbent.election.internal.runtime;

import dev.incumbent.election.CandidateId;
import dev.incumbent.election.Leadership;
import dev.incumbent.election.LeadershipLostException;
import dev.incumbent.election.RevocationCause;
import dev.incumbent.election.internal.machine.Lease;
import dev.incumbent.election.internal.machine.Term;
import dev.incumbent.fencing.FencingToken;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** One term as the application holds it: a view on the session's lease, and nothing that could go stale. */
final class LeadershipTerm implements Leadership {

    /** What else validity hangs on; replaced as a whole by the event loop. */
    private record Status(@Nullable RevocationCause cause, int confirmedLeaps) {}

    private final SessionKeeper keeper;
    private final CandidacyRunner candidacy;
    private final Term term;
    private final FencingToken token;
    private final CompletableFuture<RevocationCause> revoked = new CompletableFuture<>();
    private volatile Status status;

    LeadershipTerm(SessionKeeper keeper, CandidacyRunner candidacy, Term term) {
        this.keeper = keeper;
        this.candidacy = candidacy;
        this.term = term;
        this.token = term.entry().token();
        this.status = new Status(null, term.confirmedLeaps());
    }

    long number() {
        return term.number();
    }

    /** Called on the event loop when the entry was confirmed after a leap of a clock. */
    void confirm(int leaps) {
        Status current = status;
        if (current.cause == null && current.confirmedLeaps != leaps) {
            status = new Status(null, leaps);
        }
    }

    /** Called on the event loop, before anybody is told. */
    void end(RevocationCause cause) {
        status = new Status(cause, 0);
    }

    /** Called where user code may run. */
    void tellEnd(RevocationCause cause) {
        revoked.complete(cause);
    }

    @Override
    public String election() {
        return term.entry().election();
    }

    @Override
    public CandidateId candidate() {
        return candidacy.candidateId();
    }

    @Override
    public FencingToken token() {
        return token;
    }

    @Override
    public boolean isValid() {
        Status current = status;
        Lease lease = keeper.lease();
        if (current.cause != null || lease == null || lease.leaps() != current.confirmedLeaps) {
            return false;
        }
        long nanos = keeper.ticker().nanoTime();
        long wallMillis = keeper.ticker().wallMillis();
        if (lease.covers(nanos, wallMillis)) {
            return lease.session().equals(term.entry().session());
        }
        if (nanos - lease.deadlineNanos() < 0) {
            keeper.leapSeen(lease);
        }
        return false;
    }

    @Override
    public Duration remaining() {
        Lease lease = keeper.lease();
        if (lease == null || !isValid()) {
            return Duration.ZERO;
        }
        return Duration.ofNanos(
                Math.max(0, lease.deadlineNanos() - keeper.ticker().nanoTime()));
    }

    @Override
    public Instant electedAt() {
        return Instant.ofEpochMilli(term.since().wallMillis());
    }

    @Override
    public Optional<RevocationCause> revocation() {
        return Optional.ofNullable(status.cause);
    }

    @Override
    public CompletionStage<RevocationCause> whenRevoked() {
        return revoked.minimalCompletionStage();
    }

    @Override
    public void requireValid() {
        if (!isValid()) {
            RevocationCause cause = status.cause;
            throw new LeadershipLostException(
                    "The leadership " + token + " of candidate " + candidate() + " is not valid"
                            + (cause != null ? ": it ended, " + cause : ": its lease is over or in doubt"),
                    null);
        }
    }

    @Override
    public void fenced(@Nullable FencingToken highest) {
        candidacy.fenced(term.number(), highest);
    }

    @Override
    public String toString() {
        RevocationCause cause = status.cause;
        return "Leadership[" + token + ", candidate " + candidate() + (cause != null ? ", ended: " + cause : "") + "]";
    }
}
