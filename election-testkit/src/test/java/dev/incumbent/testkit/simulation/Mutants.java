package dev.incumbent.testkit.simulation;

import dev.incumbent.election.ElectionConfig;
import dev.incumbent.election.Leadership;
import dev.incumbent.election.Stamp;
import dev.incumbent.election.Ticker;
import dev.incumbent.election.internal.machine.CandidacyCommand;
import dev.incumbent.election.internal.machine.CandidacyLogic;
import dev.incumbent.election.internal.machine.CandidacyMachine;
import dev.incumbent.election.spi.Ack;
import dev.incumbent.election.spi.Coordinator;
import dev.incumbent.election.spi.EnrolRequest;
import dev.incumbent.election.spi.Enrolment;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.FollowSink;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Renewal;
import dev.incumbent.election.spi.SessionGrant;
import dev.incumbent.election.spi.SessionId;
import dev.incumbent.election.spi.SessionSignals;
import dev.incumbent.election.spi.Standing;
import dev.incumbent.election.spi.Subscription;
import dev.incumbent.fencing.Admission;
import dev.incumbent.fencing.FenceScope;
import dev.incumbent.fencing.FencedWork;
import dev.incumbent.fencing.FencingGuard;
import dev.incumbent.fencing.FencingToken;
import dev.incumbent.fencing.Refusal;
import dev.incumbent.testkit.store.StoreStyle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Candidates with one mistake each, of the kinds that election libraries are known for. */
final class Mutants {

    private Mutants() {}

    /** Counts the lease from the reply, as jetcd does. */
    static final Wiring DEADLINE_FROM_RECEIPT = new Wiring() {
        @Override
        public Coordinator coordinator(Coordinator real, Ticker ticker) {
            return new DelegatingCoordinator(real) {
                @Override
                public CompletionStage<Outcome<SessionGrant>> openSession(SessionSignals signals) {
                    return super.openSession(signals)
                            .thenApply(outcome -> outcome.map(grant ->
                                    new SessionGrant(grant.id(), late(grant.renewal(), ticker), grant.generation())));
                }

                @Override
                public CompletionStage<Outcome<Renewal>> renew(SessionId session) {
                    return super.renew(session).thenApply(outcome -> outcome.map(renewal -> late(renewal, ticker)));
                }
            };
        }

        private Renewal late(Renewal renewal, Ticker ticker) {
            return new Renewal(ticker.stamp(), renewal.ttl());
        }
    };

    /** Takes a heartbeat's reply for proof of that heartbeat, where it proves the one before. */
    static final Wiring DEADLINE_FROM_UNPROVED_HEARTBEAT = new Wiring() {
        @Override
        public Coordinator coordinator(Coordinator real, Ticker ticker) {
            return new DelegatingCoordinator(real) {
                @Override
                public CompletionStage<Outcome<Renewal>> renew(SessionId session) {
                    Stamp sent = ticker.stamp();
                    return super.renew(session)
                            .thenApply(outcome -> outcome.map(renewal -> new Renewal(sent, renewal.ttl())));
                }
            };
        }
    };

    /** Takes its clock for exact. */
    static final Wiring CLOCK_RATE_IGNORED = new Wiring() {
        @Override
        public ElectionConfig config(ElectionConfig sound) {
            return new ElectionConfig(
                    sound.leaseTtl(),
                    sound.renewInterval(),
                    sound.renewAttempts(),
                    sound.callTimeout(),
                    sound.margin(),
                    0,
                    sound.leapTolerance(),
                    sound.initialBackoff(),
                    sound.maxBackoff(),
                    sound.closeTimeout());
        }
    };

    /** Goes by what it was told, as LeaderLatch does. */
    static final Wiring STORED_BOOLEAN = new Wiring() {
        @Override
        public boolean believes(Leadership leadership, boolean toldElected, boolean toldRevoked) {
            return toldElected && !toldRevoked;
        }
    };

    /** Releases the entry while the work still runs, as most libraries do. */
    static final Wiring RELEASE_BEFORE_DRAIN = new Wiring() {
        @Override
        public CandidacyLogic logic() {
            return (state, event, context, settings) -> {
                CandidacyLogic.Step step = CandidacyMachine.step(state, event, context, settings);
                List<CandidacyCommand> commands = new ArrayList<>();
                for (CandidacyCommand command : step.commands()) {
                    if (command instanceof CandidacyCommand.Revoke revoke) {
                        commands.add(new CandidacyCommand.Withdraw(revoke.term().entry()));
                    }
                    commands.add(command);
                }
                return new CandidacyLogic.Step(step.state(), commands, step.moves());
            };
        }
    };

    /** Takes a lost reply for a request that was never carried out, and enters again. */
    static final Wiring BLIND_RETRY = new Wiring() {
        @Override
        public Coordinator coordinator(Coordinator real, Ticker ticker) {
            return new DelegatingCoordinator(real) {
                @Override
                public CompletionStage<Outcome<Enrolment>> enrol(EnrolRequest request) {
                    return super.enrol(request)
                            .thenApply(outcome -> outcome instanceof Outcome.Ambiguous<Enrolment> lost
                                    ? new Outcome.Unavailable<>(lost.cause())
                                    : outcome);
                }
            };
        }
    };

    /** Takes a lost reply to a withdrawal for success. */
    static final Wiring LOST_RELEASE_BELIEVED = new Wiring() {
        @Override
        public Coordinator coordinator(Coordinator real, Ticker ticker) {
            return new DelegatingCoordinator(real) {
                @Override
                public CompletionStage<Outcome<Ack>> withdraw(Entry own) {
                    return super.withdraw(own)
                            .thenApply(outcome ->
                                    outcome instanceof Outcome.Ambiguous<Ack> ? new Outcome.Done<>(Ack.ACK) : outcome);
                }
            };
        }
    };

    /** Never releases, on a coordinator that hands back the entry which a session has already. */
    static class NoRelease implements Wiring {
        @Override
        public Optional<StoreStyle> style() {
            return Optional.of(StoreStyle.etcd());
        }

        @Override
        public boolean leaves() {
            return false;
        }

        @Override
        public Coordinator coordinator(Coordinator real, Ticker ticker) {
            return new DelegatingCoordinator(real) {
                @Override
                public CompletionStage<Outcome<Ack>> withdraw(Entry own) {
                    return CompletableFuture.completedFuture(new Outcome.Done<>(Ack.ACK));
                }
            };
        }
    }

    static final Wiring NO_RELEASE = new NoRelease();

    /** Stands again with the entry of the term that ended, which was never released. */
    static final Wiring ADOPTION_OF_ENDED_ENTRY = new NoRelease() {
        @Override
        public CandidacyLogic logic() {
            return (state, event, context, settings) ->
                    CandidacyMachine.step(state.withoutRetired(), event, context, settings);
        }
    };

    /** Ends the session that all elections share in order to release one entry. */
    static final Wiring SHARED_SESSION_REVOKED = new Wiring() {
        @Override
        public Coordinator coordinator(Coordinator real, Ticker ticker) {
            return new DelegatingCoordinator(real) {
                @Override
                public CompletionStage<Outcome<Ack>> withdraw(Entry own) {
                    return super.closeSession(own.session());
                }
            };
        }
    };

    /** Stops asking for a while after a renewal failed. */
    static final Wiring CIRCUIT_BREAKER = new Wiring() {
        @Override
        public Coordinator coordinator(Coordinator real, Ticker ticker) {
            return new DelegatingCoordinator(real) {
                private long closedUntil = Long.MIN_VALUE;

                @Override
                public CompletionStage<Outcome<Renewal>> renew(SessionId session) {
                    if (ticker.nanoTime() < closedUntil) {
                        return CompletableFuture.completedFuture(
                                new Outcome.Unavailable<>(new IllegalStateException("the circuit is open")));
                    }
                    return super.renew(session).thenApply(outcome -> {
                        if (!(outcome instanceof Outcome.Done)) {
                            closedUntil = ticker.nanoTime() + 8 * Simulation.SECOND;
                        }
                        return outcome;
                    });
                }
            };
        }
    };

    /** Takes office when the entry ahead is gone, whoever stands ahead of that. */
    static final Wiring EVERY_PREDECESSOR_DECISIVE = new Wiring() {
        @Override
        public Coordinator coordinator(Coordinator real, Ticker ticker) {
            return new DelegatingCoordinator(real) {
                @Override
                public CompletionStage<Outcome<Enrolment>> enrol(EnrolRequest request) {
                    return super.enrol(request).thenApply(outcome -> outcome.map(this::decisive));
                }

                @Override
                public CompletionStage<Outcome<Standing>> standing(Entry own) {
                    return super.standing(own).thenApply(outcome -> outcome.map(this::decisive));
                }

                private Enrolment decisive(Enrolment enrolment) {
                    return new Enrolment(enrolment.entry(), decisive(enrolment.standing()));
                }

                private Standing decisive(Standing standing) {
                    return standing instanceof Standing.Behind behind
                            ? new Standing.Behind(behind.predecessor(), true)
                            : standing;
                }
            };
        }
    };

    /** Removes an orphan at once, instead of waiting until its holder has stopped. */
    static final Wiring ORPHAN_REMOVED_AT_ONCE = new Wiring() {
        @Override
        public Coordinator coordinator(Coordinator real, Ticker ticker) {
            return new DelegatingCoordinator(real) {
                @Override
                public Subscription follow(Entry own, Optional<String> predecessor, FollowSink sink) {
                    return super.follow(own, predecessor, new FollowSink() {
                        @Override
                        public void predecessorGone() {
                            sink.predecessorGone();
                        }

                        @Override
                        public void predecessorOrphaned(Duration holderTtl) {
                            sink.predecessorOrphaned(Duration.ofMillis(1));
                        }

                        @Override
                        public void ownGone() {
                            sink.ownGone();
                        }

                        @Override
                        public void broken(String reason) {
                            sink.broken(reason);
                        }
                    });
                }
            };
        }
    };

    /** Has clocks of which neither shows that the machine was suspended. */
    static final Wiring NO_LEAP_CHECK = new Wiring() {
        @Override
        public Ticker ticker(SimulatedTicker real) {
            return new Ticker() {
                @Override
                public long nanoTime() {
                    return real.nanoTime();
                }

                @Override
                public long wallMillis() {
                    return 1_800_000_000_000L + real.nanoTime() / 1_000_000;
                }
            };
        }
    };

    /** A guard that takes only newer tokens, so that a leader writes once. */
    static final Wiring EQUAL_TOKEN_REFUSED = new Wiring() {
        @Override
        public FencingGuard<List<Long>> guard(FencingGuard<List<Long>> real) {
            return new FencingGuard<>() {
                @Override
                public Admission<Optional<FencingToken>> seal(FenceScope scope, FencingToken token) {
                    return real.seal(scope, token);
                }

                @Override
                public <T extends @Nullable Object, X extends Exception> Admission<T> admit(
                        FenceScope scope, @Nullable FencingToken token, FencedWork<? super List<Long>, T, X> work)
                        throws X {
                    return new Admission.Refused<>(new Refusal.Stale(token));
                }
            };
        }
    };

    /** A guard that checks nothing. */
    static final Wiring NO_FENCE = new Wiring() {
        @Override
        public FencingGuard<List<Long>> guard(FencingGuard<List<Long>> real) {
            return new FencingGuard<>() {
                @Override
                public Admission<Optional<FencingToken>> seal(FenceScope scope, FencingToken token) {
                    return real.seal(scope, token);
                }

                @Override
                public <T extends @Nullable Object, X extends Exception> Admission<T> admit(
                        FenceScope scope, @Nullable FencingToken token, FencedWork<? super List<Long>, T, X> work)
                        throws X {
                    return new Admission.Admitted<>(work.apply(new ArrayList<>()));
                }
            };
        }
    };
}
