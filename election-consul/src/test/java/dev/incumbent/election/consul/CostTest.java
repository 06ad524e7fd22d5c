package dev.incumbent.election.consul;

import static dev.incumbent.testkit.adapter.Outcomes.done;
import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.CandidateInfo;
import dev.incumbent.election.ElectionConfig;
import dev.incumbent.election.spi.EnrolRequest;
import dev.incumbent.election.spi.Enrolment;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.ObservationSink;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Standing;
import dev.incumbent.election.spi.Subscription;
import dev.incumbent.testkit.adapter.Member;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What campaigns cost, counted between the adapter and its connections (C1, C2, C3). */
final class CostTest extends EmbeddedTest {

    /** Nobody renews here, and the machine may be busy. */
    @Override
    ElectionConfig timing() {
        return ElectionConfig.forTtl(Duration.ofSeconds(30));
    }

    private Member member(String name, Tap tap, ConsulFollowing following) {
        Member member = member(name, place().builder().tap(tap).following(following));
        // The generation is being polled by then, and it was asked how far the store has got.
        Awaitility.await().atMost(Servers.PATIENCE).until(() -> tap.polling() == 1 && tap.counted("probe") == 1);
        tap.take();
        return member;
    }

    @Test
    void shouldEnterAndLeaveWithOneRequestEach() {
        Tap tap = new Tap();
        Member member = member("a", tap, ConsulFollowing.AUTO);

        Entry entry = member.enrol("cost").entry();
        assertThat(tap.take()).isEqualTo(Map.of("write", 1));

        done(member.coordinator().withdraw(entry));
        assertThat(tap.take()).isEqualTo(Map.of("write", 1));
    }

    @Test
    void shouldOpenASessionWithOneRequestAndOneRead() {
        member("lays the ground");
        Tap tap = new Tap();

        Member member = member("a", place().builder().tap(tap));
        Awaitility.await().atMost(Servers.PATIENCE).until(() -> tap.counted("probe") == 1);

        assertThat(tap.take()).isEqualTo(Map.of("session", 1, "read", 1, "poll", 1, "probe", 1));
        done(member.coordinator().renew(member.grant().id()));
        assertThat(tap.take()).isEqualTo(Map.of("renew", 1));
    }

    private void handOver(ConsulFollowing following, Map<String, Integer> heirs, Map<String, Integer> others) {
        Member leader = member("leader");
        Entry head = leader.enrol("handoff").entry();
        List<Tap> taps = new ArrayList<>();
        List<List<String>> reports = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            Tap tap = new Tap();
            List<String> heard = new CopyOnWriteArrayList<>();
            Member waiter = member("waiter-" + i, tap, following);
            waiter.follow(waiter.enrol("handoff"), heard);
            int polls = following == ConsulFollowing.TREE ? 2 : 3;
            Awaitility.await().atMost(Servers.PATIENCE).until(() -> tap.polling() == polls);
            taps.add(tap);
            reports.add(heard);
        }
        taps.forEach(tap -> Awaitility.await().atMost(Servers.PATIENCE).until(tap::isQuiet));
        taps.forEach(Tap::take);

        done(leader.coordinator().withdraw(head));
        Member.await(reports.get(0), "predecessorGone");

        taps.forEach(tap -> Awaitility.await().atMost(Servers.PATIENCE).until(tap::isQuiet));
        assertThat(reports.get(0)).containsExactly("predecessorGone");
        assertThat(taps.get(0).take()).isEqualTo(heirs);
        for (Tap other : taps.subList(1, taps.size())) {
            assertThat(other.take()).isEqualTo(others);
        }
    }

    @Test
    void shouldHandOverWithOneNotificationAndOneReadWhenPredecessorsAreFollowed() {
        handOver(ConsulFollowing.PREDECESSORS, Map.of("read", 1), Map.of());
    }

    @Test
    void shouldHandOverWithOneNotificationForEverybodyAndNoReadWhenTheTreeIsFollowed() {
        handOver(ConsulFollowing.TREE, Map.of("poll", 1), Map.of("poll", 1));
    }

    /** One that is given up would count among the agent's connections until its time is up. */
    @Test
    void shouldTakeOverThePollOnTheOwnEntryWhenFollowingAnew() {
        Member leader = member("leader");
        Entry head = leader.enrol("anew").entry();
        Tap tap = new Tap();
        Member waiter = member("waiter", tap, ConsulFollowing.PREDECESSORS);
        Enrolment behind = waiter.enrol("anew");
        List<String> heard = new CopyOnWriteArrayList<>();
        Subscription first = waiter.follow(behind, heard);
        Awaitility.await().atMost(Servers.PATIENCE).until(() -> tap.polling() == 3);
        done(leader.coordinator().withdraw(head));
        Member.await(heard, "predecessorGone");
        first.close();
        tap.take();

        waiter.coordinator().follow(behind.entry(), Optional.empty(), Member.sink(heard));
        waiter.standing(behind.entry());

        assertThat(tap.take()).doesNotContainKey("poll");
        assertThat(tap.polling()).isEqualTo(2);
    }

    @Test
    void shouldEnterManyElectionsWithOneRequestForThirtyOne() {
        Tap tap = new Tap();
        Member member = member("a", tap, ConsulFollowing.AUTO);
        int elections = 310;
        List<EnrolRequest> requests = new ArrayList<>();
        for (int i = 0; i < elections; i++) {
            requests.add(member.request("many-" + i, ""));
        }

        List<CompletionStage<Outcome<Enrolment>>> entered =
                requests.stream().map(member.coordinator()::enrol).toList();

        entered.forEach(stage -> assertThat(done(stage).standing()).isEqualTo(new Standing.Head()));
        // The first few go out alone or in small company, while the others are being asked for.
        assertThat(tap.take().get("write")).isBetween(elections / 31, elections / 31 + 10);
        List<CompletionStage<Outcome<Standing>>> read = new ArrayList<>();
        entered.forEach(
                stage -> read.add(member.coordinator().standing(done(stage).entry())));
        read.forEach(stage -> assertThat(done(stage)).isEqualTo(new Standing.Head()));
        assertThat(tap.take().get("read")).isLessThanOrEqualTo(elections / 63 + 30);
        assertThat(done(member.coordinator().ownEntries(member.grant().id()))).hasSize(elections);
        assertThat(tap.take()).isEqualTo(Map.of("read", elections / 63 + 1));
    }

    @Test
    void shouldPollOnceAndReadOnceForEachChangeWhenObserving() {
        Member leader = member("leader");
        Entry head = leader.enrol("observed").entry();
        Tap tap = new Tap();
        Member onlooker = member("onlooker", tap, ConsulFollowing.AUTO);
        List<String> seen = new CopyOnWriteArrayList<>();

        Subscription observation = onlooker.coordinator().observe("observed", new ObservationSink() {
            @Override
            public void head(Optional<CandidateInfo> first) {
                seen.add(first.map(info -> info.id().value()).orElse("nobody"));
            }

            @Override
            public void broken(String reason) {
                seen.add("broken");
            }
        });
        Member.await(seen, "leader");
        Awaitility.await().atMost(Servers.PATIENCE).until(() -> tap.polling() == 2);
        assertThat(tap.take()).isEqualTo(Map.of("poll", 2, "read", 1));
        done(leader.coordinator().withdraw(head));
        Member.await(seen, "nobody");
        Awaitility.await().atMost(Servers.PATIENCE).until(() -> tap.polling() == 2);

        assertThat(tap.take()).isEqualTo(Map.of("poll", 1, "read", 1));
        assertThat(seen).containsExactly("leader", "nobody");
        observation.close();
    }
}
