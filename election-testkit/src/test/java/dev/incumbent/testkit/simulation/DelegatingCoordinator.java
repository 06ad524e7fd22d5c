package dev.incumbent.testkit.simulation;

import dev.incumbent.election.CandidateInfo;
import dev.incumbent.election.Generation;
import dev.incumbent.election.spi.Ack;
import dev.incumbent.election.spi.Coordinator;
import dev.incumbent.election.spi.CoordinatorTraits;
import dev.incumbent.election.spi.EnrolRequest;
import dev.incumbent.election.spi.Enrolment;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.FollowSink;
import dev.incumbent.election.spi.GuardedOp;
import dev.incumbent.election.spi.ObservationSink;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Renewal;
import dev.incumbent.election.spi.SessionGrant;
import dev.incumbent.election.spi.SessionId;
import dev.incumbent.election.spi.SessionSignals;
import dev.incumbent.election.spi.Standing;
import dev.incumbent.election.spi.Subscription;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/** Passes everything on; mutants override what they get wrong. */
public class DelegatingCoordinator implements Coordinator {

    private final Coordinator real;

    public DelegatingCoordinator(Coordinator real) {
        this.real = real;
    }

    @Override
    public CoordinatorTraits traits() {
        return real.traits();
    }

    @Override
    public CompletionStage<Outcome<SessionGrant>> openSession(SessionSignals signals) {
        return real.openSession(signals);
    }

    @Override
    public CompletionStage<Outcome<Renewal>> renew(SessionId session) {
        return real.renew(session);
    }

    @Override
    public CompletionStage<Outcome<Ack>> closeSession(SessionId session) {
        return real.closeSession(session);
    }

    @Override
    public CompletionStage<Outcome<Enrolment>> enrol(EnrolRequest request) {
        return real.enrol(request);
    }

    @Override
    public CompletionStage<Outcome<Optional<Enrolment>>> findOwn(EnrolRequest request) {
        return real.findOwn(request);
    }

    @Override
    public CompletionStage<Outcome<Standing>> standing(Entry own) {
        return real.standing(own);
    }

    @Override
    public Subscription follow(Entry own, Optional<String> predecessor, FollowSink sink) {
        return real.follow(own, predecessor, sink);
    }

    @Override
    public CompletionStage<Outcome<Ack>> withdraw(Entry own) {
        return real.withdraw(own);
    }

    @Override
    public CompletionStage<Outcome<Ack>> removeOrphan(Entry waiting, String orphan) {
        return real.removeOrphan(waiting, orphan);
    }

    @Override
    public CompletionStage<Outcome<List<Entry>>> ownEntries(SessionId session) {
        return real.ownEntries(session);
    }

    @Override
    public CompletionStage<Outcome<Ack>> updatePayload(Entry own, byte[] payload) {
        return real.updatePayload(own, payload);
    }

    @Override
    public CompletionStage<Outcome<List<CandidateInfo>>> list(String election) {
        return real.list(election);
    }

    @Override
    public Subscription observe(String election, ObservationSink sink) {
        return real.observe(election, sink);
    }

    @Override
    public CompletionStage<Outcome<Ack>> guardedWrite(Entry own, List<GuardedOp> ops) {
        return real.guardedWrite(own, ops);
    }

    @Override
    public CompletionStage<Outcome<Generation>> generation() {
        return real.generation();
    }

    @Override
    public CompletionStage<Outcome<Generation>> raiseGeneration(Optional<UUID> authority, long atLeast) {
        return real.raiseGeneration(authority, atLeast);
    }

    @Override
    public void close() {
        real.close();
    }
}
