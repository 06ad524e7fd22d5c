package dev.incumbent.election.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.CandidateId;
import dev.incumbent.election.Generation;
import dev.incumbent.election.Stamp;
import dev.incumbent.election.Ticker;
import dev.incumbent.election.spi.Coordinator;
import dev.incumbent.election.spi.EnrolRequest;
import dev.incumbent.election.spi.Enrolment;
import dev.incumbent.election.spi.FollowSink;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Renewal;
import dev.incumbent.election.spi.SessionGrant;
import dev.incumbent.election.spi.SessionId;
import dev.incumbent.election.spi.SessionSignals;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A coordinator with an open session, as tests use it. */
final class Member {

    static final Duration PATIENCE = Duration.ofSeconds(20);

    static final Ticker CLOCK = new Ticker() {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public long wallMillis() {
            return System.currentTimeMillis();
        }
    };

    final Coordinator coordinator;
    final List<String> signals = new CopyOnWriteArrayList<>();
    final SessionGrant grant;
    final CandidateId candidate;

    Member(String name, Coordinator coordinator) {
        this.coordinator = coordinator;
        this.candidate = new CandidateId(name);
        this.grant = done(coordinator.openSession(signals()));
    }

    static <T> Outcome<T> outcome(CompletionStage<Outcome<T>> stage) {
        try {
            return stage.toCompletableFuture().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (Exception failure) {
            throw new AssertionError("no outcome", failure);
        }
    }

    static <T> T done(CompletionStage<Outcome<T>> stage) {
        Outcome<T> outcome = outcome(stage);
        assertThat(outcome).isInstanceOf(Outcome.Done.class);
        return ((Outcome.Done<T>) outcome).value();
    }

    /** Asks again while the connection is away. */
    static <T> T eventuallyDone(java.util.function.Supplier<CompletionStage<Outcome<T>>> request) {
        return ((Outcome.Done<T>) Awaitility.await()
                        .atMost(PATIENCE)
                        .until(() -> outcome(request.get()), outcome -> outcome instanceof Outcome.Done))
                .value();
    }

    static long deadlineNanos(Renewal renewal) {
        return renewal.countedFrom().nanos() + renewal.ttl().toNanos();
    }

    EnrolRequest request(String election, String payload) {
        return new EnrolRequest(
                election,
                grant.id(),
                UUID.randomUUID(),
                candidate,
                payload.getBytes(StandardCharsets.UTF_8),
                grant.generation());
    }

    Enrolment enrol(String election) {
        return done(coordinator.enrol(request(election, "")));
    }

    Renewal renew() {
        return eventuallyDone(() -> coordinator.renew(grant.id()));
    }

    Stamp proven() {
        return renew().countedFrom();
    }

    void await(String signal) {
        Awaitility.await().atMost(PATIENCE).until(() -> signals.contains(signal));
    }

    private SessionSignals signals() {
        return new SessionSignals() {
            @Override
            public void lost(SessionId session, String reason) {
                signals.add("lost");
            }

            @Override
            public void reachable(SessionId session) {
                signals.add("reachable");
            }

            @Override
            public void unreachable(SessionId session, String reason) {
                signals.add("unreachable");
            }

            @Override
            public void generation(Generation generation) {
                signals.add("generation " + generation.number());
            }
        };
    }

    FollowSink sink(List<String> reports) {
        return new FollowSink() {
            @Override
            public void predecessorGone() {
                reports.add("predecessorGone");
            }

            @Override
            public void predecessorOrphaned(Duration holderTtl) {
                reports.add("predecessorOrphaned");
            }

            @Override
            public void ownGone() {
                reports.add("ownGone");
            }

            @Override
            public void broken(String reason) {
                reports.add("broken");
            }
        };
    }
}
