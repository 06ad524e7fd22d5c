package dev.incumbent.election.etcd;

import static dev.incumbent.testkit.adapter.Outcomes.PATIENCE;
import static dev.incumbent.testkit.adapter.Outcomes.done;
import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.CandidateInfo;
import dev.incumbent.election.spi.EnrolRequest;
import dev.incumbent.election.spi.Enrolment;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.ObservationSink;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Standing;
import dev.incumbent.election.spi.Subscription;
import dev.incumbent.testkit.adapter.Member;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What campaigns cost, counted between the adapter and its channels (C1, C2, C3). */
final class CostTest extends OnOneServer {

    private Member member(String name, Tap tap, EtcdFollowing following) {
        EtcdElections.Builder builder = place.builder().interceptor(tap).following(following);
        Member member = member(name, builder);
        // The generation is being watched by then, and the server's version was asked for.
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> tap.received().containsKey("Watch created")
                        && tap.received().containsKey("Status"));
        return member;
    }

    private Member member(String name, Tap tap) {
        return member(name, tap, EtcdFollowing.AUTO);
    }

    @Test
    void shouldEnterWithOneRequestAndOneCommit() {
        Tap tap = new Tap();
        Member member = member("a", tap);
        long before = place.outside().revision();
        tap.reset();

        Entry entry = member.enrol("cost").entry();

        assertThat(tap.sent()).isEqualTo(Map.of("Txn", 1));
        assertThat(place.outside().revision() - before).isEqualTo(1);
        assertThat(entry.epoch()).isEqualTo(before + 1);

        done(member.coordinator().withdraw(entry));
        assertThat(tap.sent()).isEqualTo(Map.of("Txn", 2));
        assertThat(place.outside().revision() - before).isEqualTo(2);
    }

    @Test
    void shouldOpenASessionWithAGrantAReadAndTwoStreamsAtMost() {
        member("lays the ground");
        Tap tap = new Tap();

        Member member = member("a", tap);
        done(member.coordinator().renew(member.grant().id()));

        assertThat(tap.opened())
                .isEqualTo(Map.of("LeaseGrant", 1, "Txn", 1, "Status", 1, "Watch", 1, "LeaseKeepAlive", 1));
    }

    @Test
    void shouldRenewWithOneMessageOnTheSameStream() {
        Tap tap = new Tap();
        Member member = member("a", tap);
        done(member.coordinator().renew(member.grant().id()));
        tap.reset();

        for (int i = 0; i < 5; i++) {
            done(member.coordinator().renew(member.grant().id()));
        }

        assertThat(tap.sent()).containsEntry("LeaseKeepAlive", 5);
        assertThat(tap.opened()).isEmpty();
    }

    /** Counts watch requests and Txns; probes of the watch stream come by the clock. */
    private static Map<String, Integer> withoutProbes(Map<String, Integer> counts) {
        Map<String, Integer> kept = new java.util.TreeMap<>(counts);
        kept.remove("Watch PROBE");
        kept.remove("Watch other");
        return kept;
    }

    private static Subscription followed(Member member, Enrolment enrolment, List<String> heard, Tap tap, int watches) {
        Subscription follow = member.follow(enrolment, heard);
        Awaitility.await().atMost(PATIENCE).until(() -> tap.received().getOrDefault("Watch created", 0) >= watches);
        return follow;
    }

    @Test
    void shouldHandOverWithOneNotificationAndOneReadWhenPredecessorsAreFollowed() {
        Member leader = member("leader", new Tap());
        Entry head = leader.enrol("handoff").entry();
        List<Tap> taps = new ArrayList<>();
        List<List<String>> reports = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            Tap tap = new Tap();
            List<String> heard = new CopyOnWriteArrayList<>();
            Member waiter = member("waiter-" + i, tap, EtcdFollowing.PREDECESSORS);
            followed(waiter, waiter.enrol("handoff"), heard, tap, 3);
            taps.add(tap);
            reports.add(heard);
        }
        taps.forEach(Tap::reset);
        long before = place.outside().revision();

        done(leader.coordinator().withdraw(head));
        Member.await(reports.get(0), "predecessorGone");

        assertThat(reports.get(0)).containsExactly("predecessorGone");
        assertThat(withoutProbes(taps.get(0).received())).isEqualTo(Map.of("Watch events", 1, "Txn", 1));
        assertThat(withoutProbes(taps.get(0).sent())).isEqualTo(Map.of("Txn", 1, "Watch CANCEL_REQUEST", 1));
        for (Tap other : taps.subList(1, taps.size())) {
            assertThat(withoutProbes(other.received())).isEmpty();
            assertThat(withoutProbes(other.sent())).isEmpty();
        }
        assertThat(place.outside().revision() - before).as("commits").isEqualTo(1);
    }

    @Test
    void shouldHandOverWithOneNotificationAndNoRequestWhenTheRangeIsFollowed() {
        Member leader = member("leader", new Tap());
        Entry head = leader.enrol("handoff-range").entry();
        Tap tap = new Tap();
        List<String> heard = new CopyOnWriteArrayList<>();
        Member waiter = member("waiter", tap, EtcdFollowing.RANGE);
        followed(waiter, waiter.enrol("handoff-range"), heard, tap, 2);
        tap.reset();

        done(leader.coordinator().withdraw(head));
        Member.await(heard, "predecessorGone");

        assertThat(withoutProbes(tap.received())).isEqualTo(Map.of("Watch events", 1));
        assertThat(withoutProbes(tap.sent())).isEmpty();
    }

    @Test
    void shouldEnterManyElectionsWithOneRequestForThirtyTwo() {
        Tap tap = new Tap();
        Member member = member("a", tap);
        int elections = 320;
        List<EnrolRequest> requests = new ArrayList<>();
        for (int i = 0; i < elections; i++) {
            requests.add(member.request("many-" + i, ""));
        }
        tap.reset();

        List<CompletionStage<Outcome<Enrolment>>> entered =
                requests.stream().map(member.coordinator()::enrol).toList();

        entered.forEach(stage -> assertThat(done(stage).standing()).isEqualTo(new Standing.Head()));
        // The first few go out alone or in small company, while the others are being asked for.
        assertThat(tap.sent().get("Txn")).isBetween(elections / Batcher.MOST, elections / Batcher.MOST + 10);
        List<CompletionStage<Outcome<Standing>>> read = new ArrayList<>();
        tap.reset();
        entered.forEach(
                stage -> read.add(member.coordinator().standing(done(stage).entry())));
        read.forEach(stage -> assertThat(done(stage)).isEqualTo(new Standing.Head()));
        assertThat(tap.sent().get("Txn")).isLessThanOrEqualTo(elections / Batcher.MOST + 30);
    }

    @Test
    void shouldListOwnEntriesWithOneRequestMoreThanTxnsTheyNeed() {
        Tap tap = new Tap();
        Member member = member("a", tap);
        List<CompletionStage<Outcome<Enrolment>>> entered = new ArrayList<>();
        for (int i = 0; i < 130; i++) {
            entered.add(member.coordinator().enrol(member.request("own-" + i, "")));
        }
        List<Entry> entries = entered.stream().map(stage -> done(stage).entry()).toList();
        tap.reset();

        assertThat(done(member.coordinator().ownEntries(member.grant().id())))
                .containsExactlyInAnyOrderElementsOf(entries);

        assertThat(tap.sent()).isEqualTo(Map.of("LeaseTimeToLive", 1, "Txn", 2));
    }

    @ParameterizedTest
    @EnumSource(EtcdFollowing.class)
    void shouldReadOnceAndThenHearOfEachChangeOnceWhenObserving(EtcdFollowing following) {
        Member leader = member("leader", new Tap());
        Entry head = leader.enrol("observed").entry();
        Tap tap = new Tap();
        Member onlooker = member("onlooker", tap, following);
        tap.reset();
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
        Awaitility.await().atMost(PATIENCE).until(() -> tap.received().getOrDefault("Watch created", 0) == 1);
        assertThat(withoutProbes(tap.sent())).isEqualTo(Map.of("Txn", 1, "Watch CREATE_REQUEST", 1));
        done(leader.coordinator().withdraw(head));
        Member.await(seen, "nobody");

        assertThat(withoutProbes(tap.sent())).isEqualTo(Map.of("Txn", 1, "Watch CREATE_REQUEST", 1));
        assertThat(tap.received()).containsEntry("Watch events", 1);
        assertThat(seen).containsExactly("leader", "nobody");
        observation.close();
    }
}
