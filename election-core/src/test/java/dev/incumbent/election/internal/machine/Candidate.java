package dev.incumbent.election.internal.machine;

import dev.incumbent.election.CandidacyState;
import dev.incumbent.election.ElectionConfig;
import dev.incumbent.election.Generation;
import dev.incumbent.election.Stamp;
import dev.incumbent.election.spi.Enrolment;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Renewal;
import dev.incumbent.election.spi.SessionId;
import dev.incumbent.election.spi.Standing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One candidacy machine under test, with the little world that its context shows it. */
final class Candidate {

    static final Generation GENERATION = new Generation(new UUID(1, 1), 0);
    static final SessionId SESSION = new SessionId("s1");
    static final Standing HEAD = new Standing.Head();
    private static final long TTL = Duration.ofSeconds(10).toNanos();

    final Timing timing = Timing.of(ElectionConfig.builder().build(), Duration.ZERO);
    private final CandidacySettings settings;
    private CandidacyModel model = CandidacyModel.initial();
    private long nanos = 1_000_000_000L;
    private long wallMillis = 1_700_000_000_000L;
    private @Nullable Lease lease;
    private Generation generation = GENERATION;
    private List<CandidacyCommand> commands = List.of();
    private final List<CandidacyCommand> history = new ArrayList<>();

    Candidate() {
        this(false);
    }

    Candidate(boolean releaseUndrained) {
        settings = new CandidacySettings(timing, Duration.ofSeconds(30).toNanos(), releaseUndrained);
    }

    // ---- the world

    Candidate pass(Duration time) {
        nanos += time.toNanos();
        wallMillis += time.toMillis();
        return this;
    }

    /** The machine slept: only the wall clock noticed. */
    Candidate suspend(Duration time) {
        wallMillis += time.toMillis();
        return this;
    }

    Candidate renewLease() {
        lease = Lease.after(SESSION, new Renewal(now(), Duration.ofNanos(TTL)), lease, timing);
        return this;
    }

    Candidate dropLease() {
        lease = null;
        return this;
    }

    Candidate generation(Generation current) {
        generation = current;
        return this;
    }

    Stamp now() {
        return new Stamp(nanos, wallMillis);
    }

    // ---- events

    Candidate on(CandidacyEvent event) {
        CandidacyLogic.Step step =
                CandidacyMachine.step(model, event, new Context(now(), lease, generation, 0.5), settings);
        model = step.state();
        commands = step.commands();
        history.addAll(commands);
        return this;
    }

    /** A session opens and the machine asks to enter. */
    Candidate open() {
        return renewLease().on(new CandidacyEvent.SessionOpened());
    }

    Candidate enrolled(long epoch, Standing standing) {
        return on(new CandidacyEvent.EnrolDone(
                model.attempt(), new Outcome.Done<>(new Enrolment(entry(epoch), standing))));
    }

    Candidate leading(long epoch) {
        return open().enrolled(epoch, HEAD);
    }

    Candidate waiting(long epoch) {
        return open().enrolled(epoch, new Standing.Behind("p", true));
    }

    Candidate read(Standing standing) {
        return on(new CandidacyEvent.StandingRead(model.read(), new Outcome.Done<>(standing)));
    }

    Candidate withdrawn() {
        Entry own = model.entry();
        return on(new CandidacyEvent.WithdrawDone(
                own == null ? 0 : own.epoch(), new Outcome.Done<>(dev.incumbent.election.spi.Ack.ACK)));
    }

    Candidate drained() {
        Term draining = model.draining();
        return on(new CandidacyEvent.Drained(draining == null ? 0 : draining.number()));
    }

    Candidate woken() {
        return on(new CandidacyEvent.Woken());
    }

    Entry entry(long epoch) {
        return entry(epoch, GENERATION);
    }

    static Entry entry(long epoch, Generation under) {
        return new Entry("e", SESSION, "k" + epoch, epoch, under);
    }

    // ---- what came of it

    CandidacyModel model() {
        return model;
    }

    CandidacyState phase() {
        return model.phase();
    }

    List<CandidacyCommand> commands() {
        return commands;
    }

    List<CandidacyCommand> history() {
        return history;
    }
}
