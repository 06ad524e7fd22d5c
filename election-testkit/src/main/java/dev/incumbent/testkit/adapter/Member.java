package dev.incumbent.testkit.adapter;

import dev.incumbent.election.CandidateId;
import dev.incumbent.election.Generation;
import dev.incumbent.election.spi.Coordinator;
import dev.incumbent.election.spi.EnrolRequest;
import dev.incumbent.election.spi.Enrolment;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.FollowSink;
import dev.incumbent.election.spi.Renewal;
import dev.incumbent.election.spi.SessionGrant;
import dev.incumbent.election.spi.SessionId;
import dev.incumbent.election.spi.SessionSignals;
import dev.incumbent.election.spi.Standing;
import dev.incumbent.election.spi.Subscription;
import dev.incumbent.testkit.contract.Eventually;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

/** A coordinator with an open session, as tests of adapters use it. Thread-safe. */
public final class Member {

    private final Coordinator coordinator;
    private final List<String> signals = new CopyOnWriteArrayList<>();
    private final SessionGrant grant;
    private final CandidateId candidate;

    /**
     * Opens a session, and tries again while the servers are away.
     *
     * @param name the candidate's id
     * @param coordinator the connection, closed by the caller
     */
    public Member(String name, Coordinator coordinator) {
        this.coordinator = coordinator;
        this.candidate = new CandidateId(name);
        this.grant = Outcomes.eventuallyDone(() -> coordinator.openSession(recording()));
    }

    /**
     * Yields the connection.
     *
     * @return as it was given
     */
    public Coordinator coordinator() {
        return coordinator;
    }

    /**
     * Yields the session that was opened.
     *
     * @return as the coordinator granted it
     */
    public SessionGrant grant() {
        return grant;
    }

    /**
     * Yields who enters the elections.
     *
     * @return the id
     */
    public CandidateId candidate() {
        return candidate;
    }

    /**
     * Yields what was told of the session so far: {@code lost}, {@code reachable}, {@code unreachable} and {@code
     * generation <number>}.
     *
     * @return the live list, for a test to clear as well
     */
    public List<String> signals() {
        return signals;
    }

    /**
     * Prepares an enrolment of its own.
     *
     * @param election the election's name
     * @param payload as text
     * @return the request
     */
    public EnrolRequest request(String election, String payload) {
        return new EnrolRequest(
                election,
                grant.id(),
                UUID.randomUUID(),
                candidate,
                payload.getBytes(StandardCharsets.UTF_8),
                grant.generation());
    }

    /**
     * Enters an election without a payload; this must succeed.
     *
     * @param election the election's name
     * @return the entry and its place
     */
    public Enrolment enrol(String election) {
        return Outcomes.done(coordinator.enrol(request(election, "")));
    }

    /**
     * Follows an entry from the place that was seen with it.
     *
     * @param enrolment the entry and its place
     * @param heard where reports go, as {@link #sink} writes them
     * @return to end it
     */
    public Subscription follow(Enrolment enrolment, List<String> heard) {
        Optional<String> ahead = enrolment.standing() instanceof Standing.Behind behind
                ? Optional.of(behind.predecessor())
                : Optional.empty();
        return coordinator.follow(enrolment.entry(), ahead, sink(heard));
    }

    /**
     * Reads an entry's place; this must succeed.
     *
     * @param own the entry
     * @return the place
     */
    public Standing standing(Entry own) {
        return Outcomes.done(coordinator.standing(own));
    }

    /**
     * Gets a renewal confirmed, and tries again while the servers are away.
     *
     * @return the renewal
     */
    public Renewal renew() {
        return Outcomes.eventuallyDone(() -> coordinator.renew(grant.id()));
    }

    /**
     * Waits until a signal was given.
     *
     * @param signal as {@link #signals} has it
     */
    public void await(String signal) {
        await(signals, signal);
    }

    /**
     * Waits until something was heard.
     *
     * @param heard what was heard so far, filled by another thread
     * @param report what must come
     */
    public static void await(List<String> heard, String report) {
        Eventually.until(
                Outcomes.PATIENCE, "\"" + report + "\"", () -> List.copyOf(heard), told -> told.contains(report));
    }

    /**
     * Computes until when a renewal keeps the session, without the margin that the core takes off.
     *
     * @param renewal the renewal
     * @return on the clock of its stamp
     */
    public static long deadlineNanos(Renewal renewal) {
        return renewal.countedFrom().nanos() + renewal.ttl().toNanos();
    }

    /**
     * Writes down what a follow reports: {@code predecessorGone}, {@code predecessorOrphaned}, {@code ownGone} and {@code
     * broken}.
     *
     * @param reports a thread-safe list
     * @return the sink
     */
    public static FollowSink sink(List<String> reports) {
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

    private SessionSignals recording() {
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
}
