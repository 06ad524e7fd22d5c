package dev.incumbent.election.consul;

import static dev.incumbent.testkit.adapter.Outcomes.assertRefused;
import static dev.incumbent.testkit.adapter.Outcomes.done;
import static dev.incumbent.testkit.adapter.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import com.ecwid.consul.v1.kv.model.GetValue;
import dev.incumbent.election.Candidacy;
import dev.incumbent.election.ElectionClient;
import dev.incumbent.election.Generation;
import dev.incumbent.election.spi.Enrolment;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Refusal;
import dev.incumbent.election.spi.Standing;
import dev.incumbent.election.spi.SystemTicker;
import dev.incumbent.testkit.adapter.Member;
import dev.incumbent.testkit.adapter.SilentSignals;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Records that others touched, stores that were rebuilt, places seen too long ago, what is left behind. */
final class HousekeepingTest extends EmbeddedTest {

    private String generationKey() {
        return place().layout().generation();
    }

    private static String text(Generation generation) {
        return new String(GenerationRecord.format(generation), StandardCharsets.UTF_8);
    }

    @Test
    void shouldGrantTheSameSessionWhenAskedAgain() {
        Member member = member("twice");
        Entry own = member.enrol("twice").entry();

        var again = done(member.coordinator().openSession(new SilentSignals()));

        assertThat(again.id()).isEqualTo(member.grant().id());
        assertThat(done(member.coordinator().ownEntries(again.id()))).containsExactly(own);
    }

    @Test
    void shouldKeepTheOperatorsWordWhenTheGenerationIsMalformed() {
        member("first");
        place().outside().put(generationKey(), "nonsense");

        assertRefused(
                outcome(place().connect(SystemTicker.INSTANCE).openSession(new SilentSignals())),
                Refusal.INVALID,
                "authority=");
    }

    @Test
    void shouldTellOfAGenerationThatWasWrittenByHandAndEnterUnderIt() {
        Member member = member("follower");
        Generation raised = new Generation(member.grant().generation().authority(), 77);

        place().outside().put(generationKey(), "authority=" + raised.authority() + "   generation=77");

        member.await("generation 77");
        assertRefused(
                outcome(member.coordinator().enrol(member.request("stale", ""))),
                Refusal.GENERATION_CHANGED,
                "generation");
        Member late = member("late");
        assertThat(late.grant().generation()).isEqualTo(raised);
        assertThat(late.enrol("loose").entry().generation()).isEqualTo(raised);
    }

    /** The record says the same in a new place of the log: its index is another, and the entry is made all the same. */
    @Test
    void shouldEnterWhenTheRecordWasOnlyWrittenAgain() {
        Member member = member("again");
        place().outside().put(generationKey(), text(member.grant().generation()) + " ");

        assertThat(member.enrol("again").standing()).isEqualTo(new Standing.Head());
    }

    @Test
    void shouldHandBackAnOldEntryAsSupersededWhenTheGenerationWasRaisedByHand() {
        Member member = member("survivor");
        Entry own = member.enrol("superseded").entry();
        Generation raised = new Generation(member.grant().generation().authority(), 5);

        place().outside().put(generationKey(), text(raised));
        member.await("generation 5");

        assertThat(member.standing(own)).isEqualTo(new Standing.Superseded(raised));
        assertThat(done(member.coordinator().ownEntries(member.grant().id()))).containsExactly(own);
    }

    @Test
    void shouldLayTheRecordAgainWhenItWasDeleted() {
        Member member = member("first");
        place().outside().delete(generationKey());

        member.await("generation 0");

        assertThat(place().outside().get(generationKey())).isPresent();
        assertThat(member("second").grant().generation().authority())
                .isNotEqualTo(member.grant().generation().authority());
    }

    @Test
    void shouldRefuseOfficeWhenIndexesFallUntilTheGenerationIsRaised() throws Exception {
        try (Servers first = Servers.embedded(1);
                Servers other = Servers.embedded(1)) {
            Place old = new Place(first.endpoints());
            for (int i = 0; i < 50; i++) {
                old.outside().put(old.root() + "/data/filler", "value " + i);
            }
            Redirect redirect = new Redirect();
            Member member = new Member("loyal", old.coordinator(old.builder().tap(redirect), SystemTicker.INSTANCE));
            Entry own = member.enrol("rebuilt").entry();
            Generation before = member.grant().generation();

            redirect.to(other.endpoints().get(0));

            Awaitility.await()
                    .atMost(Servers.PATIENCE)
                    .until(() -> !(outcome(member.coordinator().standing(own)) instanceof Outcome.Unavailable));
            assertThat(member.standing(own)).isEqualTo(new Standing.Gone());
            assertThat(outcome(member.coordinator().openSession(new SilentSignals())))
                    .isInstanceOf(Outcome.Done.class);
            assertThat(outcome(member.coordinator().enrol(member.request("rebuilt", ""))))
                    .asString()
                    .contains("raised above " + before.number());

            Generation raised =
                    done(member.coordinator().raiseGeneration(Optional.of(before.authority()), before.number() + 1));
            assertThat(raised.authority()).isEqualTo(before.authority());
            assertThat(outcome(member.coordinator().enrol(member.request("rebuilt", ""))))
                    .asString()
                    .doesNotContain("raised above");
            old.close();
        }
    }

    @Test
    void shouldTellWhenConsulCannotBeReachedAndWhenItCan() {
        Redirect redirect = new Redirect();
        Member member = member("cut", place().builder().tap(redirect));
        redirect.to("http://127.0.0.1:1");

        place().outside().put(generationKey(), text(member.grant().generation()) + " ");
        member.await("unreachable");
        redirect.back();

        member.await("reachable");
    }

    @ParameterizedTest
    @EnumSource(
            value = ConsulFollowing.class,
            names = {"PREDECESSORS", "TREE"})
    void shouldBreakAFollowFromAPlaceThatWasNotSeen(ConsulFollowing following) {
        Member member = member("blind", place().builder().following(following));
        Enrolment own = member.enrol("unseen");
        List<String> heard = new CopyOnWriteArrayList<>();

        member.coordinator().follow(own.entry(), Optional.of("somebody"), Member.sink(heard));

        Member.await(heard, "broken");
    }

    @Test
    void shouldGoOnByTheTreeWithoutBreakingWhenThereAreMany() {
        Tap tap = new Tap();
        Member leader = member("leader");
        Member waiter = member("waiter", place().builder().tap(tap));
        List<String> heard = new CopyOnWriteArrayList<>();
        List<Entry> heads = new java.util.ArrayList<>();
        for (int i = 0; i < Follows.MANY + 4; i++) {
            heads.add(leader.enrol("many-" + i).entry());
            waiter.follow(waiter.enrol("many-" + i), heard);
        }
        Awaitility.await().atMost(Servers.PATIENCE).until(tap::isQuiet);

        heads.forEach(head -> done(leader.coordinator().withdraw(head)));

        Awaitility.await().atMost(Servers.PATIENCE).until(() -> heard.size() == heads.size());
        assertThat(heard).containsOnly("predecessorGone");
        assertThat(tap.mostPolling()).isLessThanOrEqualTo(2 * Follows.MANY + 2);
    }

    @Test
    void shouldBelongToTheNodeThatWasNamed() {
        Member member = member("elsewhere", place().builder().sessionNode(nodeName()));

        assertThat(place().outside()
                        .ask("GET", "session/info/" + member.grant().id(), "")
                        .body())
                .contains("\"Node\":\"" + nodeName() + "\"");
    }

    private String nodeName() {
        String nodes = place().outside().ask("GET", "catalog/nodes", "").body();
        return nodes.replaceFirst("(?s).*?\"Node\":\\s*\"([^\"]*)\".*", "$1");
    }

    @Test
    void shouldLeaveNothingBehindWhenClientsAreClosed() throws Exception {
        ElectionClient first = place().client("first");
        ElectionClient second = place().client("second");
        Candidacy leading = first.election("tidy").campaign();
        leading.awaitLeadership(Servers.PATIENCE);
        second.election("tidy").campaign();
        second.election("tidy too").campaign();
        Awaitility.await()
                .atMost(Servers.PATIENCE)
                .until(() ->
                        place().outside().below(place().layout().elections()).size() == 3);
        List<String> sessions = place().outside().below(place().layout().elections()).stream()
                .map(GetValue::getSession)
                .distinct()
                .toList();

        second.close();
        first.close();

        assertThat(place().outside().below(place().root() + "/"))
                .extracting(GetValue::getKey)
                .containsExactly(generationKey());
        assertThat(sessions).hasSize(2);
        assertThat(place().outside().sessions()).doesNotContainAnyElementsOf(sessions);
    }

    @Test
    void shouldRemoveTheEntryOfACrashedCandidateWhenTheNextOneComes() throws Exception {
        Member crashed = member("crashed");
        crashed.enrol("crashed");
        place().expire(crashed.grant().id());

        Candidacy next = place().client("next").election("crashed").campaign();

        assertThat(next.awaitLeadership(Servers.PATIENCE)).isPresent();
        assertThat(place().outside().below(place().layout().prefix("crashed"))).hasSize(1);
    }

    @Test
    void shouldEndItsThreadsWhenClosed() {
        Member member = member("threads");
        member.enrol("threads");
        String name = ((ConsulCoordinator) member.coordinator()).loop().name();

        member.coordinator().close();

        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals(name)));
    }
}
