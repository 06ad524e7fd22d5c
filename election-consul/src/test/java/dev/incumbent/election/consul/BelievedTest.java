package dev.incumbent.election.consul;

import static dev.incumbent.testkit.adapter.Outcomes.done;
import static dev.incumbent.testkit.adapter.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Refusal;
import dev.incumbent.election.spi.SessionGrant;
import dev.incumbent.testkit.adapter.Member;
import dev.incumbent.testkit.adapter.Outcomes;
import dev.incumbent.testkit.adapter.SilentSignals;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What is said of a session, and whether it is believed. */
final class BelievedTest extends EmbeddedTest {

    private static final String NOT_FOUND = "Session id 'x' not found";

    /** As a leader that has not applied its log says it. */
    @Test
    void shouldNotGiveUpTheSessionWhenARenewalAloneDoesNotFindIt() {
        AtomicBoolean lagging = new AtomicBoolean();
        Member member = member(
                "ours",
                place().builder()
                        .tap(real -> (endpoint, question) ->
                                lagging.get() && question.path().contains("/session/renew/")
                                        ? Forged.answer(404, NOT_FOUND)
                                        : real.send(endpoint, question)));
        member.enrol("lagging");
        lagging.set(true);

        assertThat(outcome(member.coordinator().renew(member.grant().id()))).isInstanceOf(Outcome.Unavailable.class);

        lagging.set(false);
        assertThat(done(member.coordinator().renew(member.grant().id())).ttl())
                .isEqualTo(member.grant().ttl());
        assertThat(member.signals()).doesNotContain("lost");
    }

    @Test
    void shouldGiveUpTheSessionWhenItHasGone() {
        Member member = member("ours");
        place().expire(member.grant().id());

        Outcomes.assertRefused(
                outcome(member.coordinator().renew(member.grant().id())), Refusal.SESSION_GONE, "not found");
        member.await("lost");
    }

    /** If it was lost by mistake, its entries would stand in the way of its successor's for long. */
    @Test
    void shouldDestroyTheSessionThatItHoldsForLost() {
        AtomicBoolean mistaken = new AtomicBoolean();
        Member member = member(
                "ours",
                place().builder()
                        .tap(real -> (endpoint, question) ->
                                mistaken.get() && Tap.entering().test(question)
                                        ? Forged.answer(
                                                409,
                                                "{\"Results\":null,\"Errors\":[{\"OpIndex\":2,\"What\":\"invalid session\"}]}")
                                        : real.send(endpoint, question)));
        mistaken.set(true);

        Outcomes.assertRefused(
                outcome(member.coordinator().enrol(member.request("mistaken", ""))), Refusal.SESSION_GONE, "invalid");

        member.await("lost");
        String id = member.grant().id().value();
        Awaitility.await()
                .atMost(Outcomes.PATIENCE)
                .until(() -> !place().outside().sessions().contains(id));
    }

    /** A new one with each attempt would pile up: each lives for twice its time to live. */
    @Test
    void shouldDestroyTheSessionThatCannotBeUsed() {
        place().outside().put(place().layout().generation(), "nonsense");
        int before = place().outside().sessions().size();
        var coordinator = place().connect(dev.incumbent.election.spi.SystemTicker.INSTANCE);

        for (int i = 0; i < 3; i++) {
            Outcomes.assertRefused(outcome(coordinator.openSession(new SilentSignals())), Refusal.INVALID, "restore");
        }

        Awaitility.await()
                .atMost(java.time.Duration.ofMillis(1500))
                .until(() -> place().outside().sessions().size() == before);
    }

    @Test
    void shouldOpenAnotherSessionWhenTheAnswerHasNoId() {
        AtomicBoolean broken = new AtomicBoolean(true);
        var coordinator = place().coordinator(
                        place().builder()
                                .tap(real -> (endpoint, question) ->
                                        broken.get() && question.path().contains("/session/create")
                                                ? Forged.answer(200, "{}")
                                                : real.send(endpoint, question)),
                        dev.incumbent.election.spi.SystemTicker.INSTANCE);
        assertThat(outcome(coordinator.openSession(new SilentSignals()))).isInstanceOf(Outcome.Ambiguous.class);

        broken.set(false);

        SessionGrant grant = done(coordinator.openSession(new SilentSignals()));
        assertThat(place().outside().sessions()).contains(grant.id().value());
    }

    /** What the JDK says of a header that it cannot send names the header's value. */
    @Test
    void shouldNotRepeatTheSecretWhenARequestCannotBeMade() {
        var coordinator = place().coordinator(
                        place().builder().tap(real -> (endpoint, question) -> {
                            throw new IllegalArgumentException("invalid header value: \"6f1d0c2e-secret\n\"");
                        }),
                        dev.incumbent.election.spi.SystemTicker.INSTANCE);

        for (int i = 0; i < 2; i++) {
            Outcome<SessionGrant> outcome = outcome(coordinator.openSession(new SilentSignals()));

            assertThat(outcome).isInstanceOf(Outcome.Unavailable.class);
            assertThat(((Outcome.Unavailable<?>) outcome).cause())
                    .hasNoCause()
                    .hasMessageContaining("IllegalArgumentException")
                    .hasMessageNotContaining("secret");
        }
    }
}
