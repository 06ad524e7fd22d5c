package dev.incumbent.election.consul;

import static dev.incumbent.testkit.adapter.Outcomes.done;
import static dev.incumbent.testkit.adapter.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.spi.Enrolment;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.testkit.adapter.Member;
import dev.incumbent.testkit.contract.Eventually;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What a lagging leader, a proxy or another store may say and do in Consul's place. */
final class UntrueAnswersTest extends EmbeddedTest {

    private static boolean isPoll(Question question) {
        return question.parameters().stream().anyMatch(parameter -> parameter.startsWith("wait="));
    }

    @Test
    void shouldHearOfTheEntryAheadAfterItWasFalselySaidToHaveGone() {
        Member leader = member("leader");
        Entry ahead = leader.enrol("hint").entry();
        AtomicInteger lies = new AtomicInteger(1);
        AtomicInteger polls = new AtomicInteger();
        Member waiter = member(
                "waiter",
                place().builder().following(ConsulFollowing.PREDECESSORS).tap(real -> (endpoint, question) -> {
                    if (!isPoll(question) || !question.path().endsWith(Keys.encode(ahead.key()))) {
                        return real.send(endpoint, question);
                    }
                    polls.incrementAndGet();
                    return lies.getAndDecrement() > 0
                            ? Forged.answer(404, ahead.epoch() + 1, "")
                            : real.send(endpoint, question);
                }));
        Enrolment waiting = waiter.enrol("hint");
        List<String> heard = new CopyOnWriteArrayList<>();
        waiter.follow(waiting, heard);
        Eventually.until(Servers.PATIENCE, "polls", polls::get, count -> count >= 2);
        assertThat(heard).isEmpty();

        done(leader.coordinator().withdraw(ahead));

        Member.await(heard, "predecessorGone");
    }

    /** A proxy repeats a PUT, which it takes for one that may be repeated. */
    @Test
    void shouldListAnEntryThatComesBackAfterItWasWithdrawn() {
        AtomicReference<Runnable> repeat = new AtomicReference<>(() -> {});
        Member member = member("ours", place().builder().tap(real -> (URI endpoint, Question question) -> {
            if (Tap.entering().test(question)) {
                repeat.set(() -> real.send(endpoint, question).join());
            }
            return real.send(endpoint, question);
        }));
        Entry entry = member.enrol("repeated").entry();
        done(member.coordinator().withdraw(entry));
        assertThat(done(member.coordinator().ownEntries(member.grant().id()))).isEmpty();

        Objects.requireNonNull(repeat.get()).run();

        List<Entry> own = done(member.coordinator().ownEntries(member.grant().id()));
        assertThat(own).extracting(Entry::key).containsExactly(entry.key());
        done(member.coordinator().withdraw(own.get(0)));
        assertThat(place().outside().below(place().layout().prefix("repeated"))).isEmpty();
    }

    /** The entry stands, and may be swept only by those who think that it might. */
    @Test
    void shouldBeAmbiguousWhenTheEntryStandsInAStoreThatIsDoubted() {
        Member member = member("ours", place().builder().tap(real -> (endpoint, question) -> {
            if (!Tap.entering().test(question)) {
                return real.send(endpoint, question);
            }
            return real.send(endpoint, question)
                    .thenCompose(response -> Forged.answer(
                            response.statusCode(),
                            response.body().replaceAll("\"CreateIndex\":\\d+", "\"CreateIndex\":1")));
        }));

        assertThat(outcome(member.coordinator().enrol(member.request("doubted", ""))))
                .isInstanceOf(Outcome.Ambiguous.class);

        assertThat(place().outside().below(place().layout().prefix("doubted"))).hasSize(1);
    }
}
