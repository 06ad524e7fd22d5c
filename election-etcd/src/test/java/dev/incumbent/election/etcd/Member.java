package dev.incumbent.election.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.CandidateId;
import dev.incumbent.election.Generation;
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
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.awaitility.Awaitility;

/** A coordinator with an open session, as tests use it. */
final class Member {

    static final Duration PATIENCE = Duration.ofSeconds(30);

    final Coordinator coordinator;
    final List<String> signals = new CopyOnWriteArrayList<>();
    final SessionGrant grant;
    final CandidateId candidate;

    Member(String name, Coordinator coordinator) {
        this.coordinator = coordinator;
        this.candidate = new CandidateId(name);
        this.grant = eventuallyDone(() -> coordinator.openSession(signals()));
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

    /** Asks again while the cluster is away. */
    static <T> T eventuallyDone(Supplier<CompletionStage<Outcome<T>>> request) {
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

    /** Follows from the place that was seen with it. */
    Subscription follow(Enrolment enrolment, List<String> heard) {
        Optional<String> ahead = enrolment.standing() instanceof Standing.Behind behind
                ? Optional.of(behind.predecessor())
                : Optional.empty();
        return coordinator.follow(enrolment.entry(), ahead, sink(heard));
    }

    Standing standing(Entry own) {
        return done(coordinator.standing(own));
    }

    Renewal renew() {
        return eventuallyDone(() -> coordinator.renew(grant.id()));
    }

    void await(String signal) {
        Awaitility.await().atMost(PATIENCE).until(() -> signals.contains(signal));
    }

    static void await(List<String> heard, String report) {
        Awaitility.await().atMost(PATIENCE).until(() -> heard.contains(report));
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

    static FollowSink sink(List<String> reports) {
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
