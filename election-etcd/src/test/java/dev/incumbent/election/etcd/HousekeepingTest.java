package dev.incumbent.election.etcd;

import static dev.incumbent.testkit.adapter.Outcomes.PATIENCE;
import static dev.incumbent.testkit.adapter.Outcomes.assertRefused;
import static dev.incumbent.testkit.adapter.Outcomes.done;
import static dev.incumbent.testkit.adapter.Outcomes.outcome;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.incumbent.election.Generation;
import dev.incumbent.election.spi.Enrolment;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.GuardedOp;
import dev.incumbent.election.spi.Refusal;
import dev.incumbent.election.spi.Standing;
import dev.incumbent.election.spi.Subscription;
import dev.incumbent.election.spi.SystemTicker;
import dev.incumbent.testkit.adapter.Member;
import dev.incumbent.testkit.adapter.SilentSignals;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Records that others touched, history that was compacted, places seen too long ago, what is left behind. */
final class HousekeepingTest extends OnOneServer {

    private Member member(String name, EtcdFollowing following) {
        return member(name, place.builder().following(following));
    }

    private ByteString generationKey() {
        return Layout.key(place.layout().generation());
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
        place.outside().put(generationKey(), ByteString.copyFromUtf8("nonsense"));

        assertRefused(
                outcome(place.connect(SystemTicker.INSTANCE).openSession(new SilentSignals())),
                Refusal.INVALID,
                "authority=");
    }

    @Test
    void shouldTellOfAGenerationThatWasWrittenByHandAndEnterUnderIt() {
        Member member = member("follower");
        Generation raised = new Generation(member.grant().generation().authority(), 77);
        String loose = "authority=" + raised.authority() + "   generation=77";

        place.outside().put(generationKey(), ByteString.copyFromUtf8(loose));

        member.await("generation 77");
        assertRefused(
                outcome(member.coordinator().enrol(member.request("stale", ""))),
                Refusal.GENERATION_CHANGED,
                "generation");
        Member late = member("late");
        assertThat(late.grant().generation()).isEqualTo(raised);
        assertThat(late.enrol("loose").entry().generation()).isEqualTo(raised);
    }

    @Test
    void shouldHandBackAnOldEntryAsSupersededWhenTheGenerationWasRaisedByHand() {
        Member member = member("survivor");
        Entry own = member.enrol("superseded").entry();
        Generation raised = new Generation(member.grant().generation().authority(), 5);

        place.outside().put(generationKey(), GenerationRecord.format(raised));
        member.await("generation 5");

        assertThat(member.standing(own)).isEqualTo(new Standing.Superseded(raised));
        assertThat(done(member.coordinator().ownEntries(member.grant().id()))).containsExactly(own);
    }

    @Test
    void shouldRaiseOverNativePathsToo() throws Exception {
        String path = "native-" + System.nanoTime();
        Place mixed = new Place(endpoints(), false, options -> options.nativePath("mixed", path));
        try {
            Member member = new Member("ours", mixed.connect(SystemTicker.INSTANCE));
            Entry own = member.enrol("mixed").entry();
            assertThat(own.key()).isEqualTo(path + "/" + member.grant().id());

            done(member.coordinator().raiseGeneration(Optional.empty(), 1));

            assertThat(member.standing(own)).isEqualTo(new Standing.Gone());
        } finally {
            mixed.close();
        }
    }

    @Test
    void shouldFollowAForeignEntryWhoseKeyIsNoText() throws Exception {
        String path = "raw-" + System.nanoTime();
        Place mixed = new Place(endpoints(), false, options -> options.nativePath("mixed", path));
        try {
            ByteString foreign =
                    ByteString.copyFromUtf8(path + "/").concat(ByteString.copyFrom(new byte[] {(byte) 0xff, 0, 7}));
            mixed.outside().put(foreign, ByteString.copyFrom(new byte[] {(byte) 0xfe}));
            Member member = new Member("ours", mixed.connect(SystemTicker.INSTANCE));
            Enrolment behind = member.enrol("mixed");
            assertThat(behind.standing()).isInstanceOf(Standing.Behind.class);
            assertThat(done(member.coordinator().list("mixed"))).hasSize(2);
            List<String> heard = new CopyOnWriteArrayList<>();
            member.follow(behind, heard);

            mixed.outside().delete(foreign);

            Member.await(heard, "predecessorGone");
        } finally {
            mixed.close();
        }
    }

    @ParameterizedTest
    @EnumSource(EtcdFollowing.class)
    void shouldBreakWhenTheHistorySinceTheViewWasCompacted(EtcdFollowing following) {
        Member ahead = member("ahead");
        Entry head = ahead.enrol("compacted").entry();
        Member member = member("behind", following);
        Enrolment behind = member.enrol("compacted");
        done(ahead.coordinator().withdraw(head));
        for (int i = 0; i < 3; i++) {
            place.outside().put(ByteString.copyFromUtf8("other"), ByteString.copyFromUtf8("value " + i));
        }
        place.outside().compact(place.outside().revision());
        List<String> heard = new CopyOnWriteArrayList<>();

        member.follow(behind, heard);

        Awaitility.await().atMost(PATIENCE).until(() -> !heard.isEmpty());
        assertThat(heard).containsExactly("broken");
        assertThat(member.standing(behind.entry())).isEqualTo(new Standing.Head());
    }

    @ParameterizedTest
    @EnumSource(EtcdFollowing.class)
    void shouldGoOnWhenHistoryIsCompactedWhileFollowing(EtcdFollowing following) {
        Member ahead = member("ahead");
        Entry head = ahead.enrol("going-on").entry();
        Member member = member("behind", following);
        Enrolment behind = member.enrol("going-on");
        List<String> heard = new CopyOnWriteArrayList<>();
        member.follow(behind, heard);
        place.outside().put(ByteString.copyFromUtf8("other"), ByteString.copyFromUtf8("value"));
        member.standing(behind.entry());
        place.outside().compact(place.outside().revision());

        done(ahead.coordinator().withdraw(head));

        Awaitility.await().atMost(PATIENCE).until(() -> !heard.isEmpty());
        assertThat(heard.get(0)).isIn("predecessorGone", "broken");
        assertThat(member.standing(behind.entry())).isEqualTo(new Standing.Head());
    }

    @Test
    void shouldBreakWhenFollowingAPredecessorThatIsNotTheOneSeenLast() {
        Member first = member("first");
        Member second = member("second");
        Member third = member("third");
        Entry ahead = first.enrol("stale").entry();
        Entry between = second.enrol("stale").entry();
        Enrolment behind = third.enrol("stale");
        done(second.coordinator().withdraw(between));
        assertThat(third.standing(behind.entry())).isEqualTo(new Standing.Behind(ahead.key(), true));
        List<String> heard = new CopyOnWriteArrayList<>();

        third.follow(behind, heard);

        Member.await(heard, "broken");
    }

    @ParameterizedTest
    @EnumSource(EtcdFollowing.class)
    void shouldReportOwnGoneWhenTheEntryIsTakenFromItsLease(EtcdFollowing following) {
        Member member = member("robbed", following);
        Enrolment own = member.enrol("robbed");
        List<String> heard = new CopyOnWriteArrayList<>();
        member.follow(own, heard);

        place.outside().put(Layout.key(own.entry().key()), ByteString.copyFromUtf8("mine"));

        Member.await(heard, "ownGone");
        assertThat(member.standing(own.entry())).isEqualTo(new Standing.Gone());
    }

    @Test
    void shouldTellTheGenerationBeforeTheEndsWhenItIsRaisedOverManyFollowedByRange() {
        Member member = member("many", EtcdFollowing.RANGE);
        List<String> heard = new CopyOnWriteArrayList<>();
        for (int i = 0; i < 50; i++) {
            // A busy machine takes longer for all of them than a lease lives.
            member.renew();
            Enrolment enrolment = member.enrol("ranged-" + i);
            member.coordinator().follow(enrolment.entry(), Optional.empty(), new TellingSink(member, heard));
        }

        done(member("operator").coordinator().raiseGeneration(Optional.empty(), 9));

        Awaitility.await().atMost(PATIENCE).until(() -> heard.size() == 50);
        assertThat(heard).containsOnly("ownGone after [generation 9]");
    }

    @Test
    void shouldTellTheOwnEndFirstWhenOneRevisionRemovesBothEntries() {
        Member ahead = member("ahead");
        ahead.enrol("both");
        Member member = member("behind", EtcdFollowing.RANGE);
        Enrolment behind = member.enrol("both");
        List<String> heard = new CopyOnWriteArrayList<>();
        member.follow(behind, heard);

        done(ahead.coordinator().raiseGeneration(Optional.empty(), 9));

        Awaitility.await().atMost(PATIENCE).until(() -> !heard.isEmpty());
        member.standing(behind.entry());
        assertThat(heard).containsExactly("ownGone");
    }

    @Test
    void shouldReportWhatTheRangeHadToldBeforeTheEntryWasFollowed() {
        Member ahead = member("ahead");
        Entry head = ahead.enrol("earlier").entry();
        Entry other = ahead.enrol("other").entry();
        Member member = member("behind", EtcdFollowing.RANGE);
        List<String> others = new CopyOnWriteArrayList<>();
        member.follow(member.enrol("other"), others);
        Enrolment behind = member.enrol("earlier");
        done(ahead.coordinator().withdraw(head));
        done(ahead.coordinator().withdraw(other));
        // The second removal was told, so the first one was, too: to nobody.
        Member.await(others, "predecessorGone");
        List<String> heard = new CopyOnWriteArrayList<>();

        member.follow(behind, heard);

        Member.await(heard, "predecessorGone");
    }

    /** Notes which signals had come when an entry's end was told. */
    private record TellingSink(Member member, List<String> heard) implements dev.incumbent.election.spi.FollowSink {

        @Override
        public void predecessorGone() {
            heard.add("predecessorGone");
        }

        @Override
        public void predecessorOrphaned(java.time.Duration holderTtl) {
            heard.add("predecessorOrphaned");
        }

        @Override
        public void ownGone() {
            heard.add("ownGone after " + member.signals());
        }

        @Override
        public void broken(String reason) {
            heard.add("broken");
        }
    }

    @Test
    void shouldFollowAllByRangeFromACertainNumberOn() {
        Member ahead = member("ahead");
        Tap tap = new Tap();
        Member member = member("many", place.builder().interceptor(tap));
        int elections = 2 * Follows.MANY;
        List<Entry> heads = new ArrayList<>();
        List<Entry> waiting = new ArrayList<>();
        List<List<String>> heard = new ArrayList<>();
        for (int i = 0; i < elections; i++) {
            heads.add(ahead.enrol("switch-" + i).entry());
            Enrolment behind = member.enrol("switch-" + i);
            List<String> reports = new CopyOnWriteArrayList<>();
            heard.add(reports);
            waiting.add(behind.entry());
            member.follow(behind, reports);
        }
        // Those that had watches of their own are told to look again.
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> heard.stream()
                                .filter(reports -> reports.contains("broken"))
                                .count()
                        == Follows.MANY - 1);
        for (int i = 0; i < Follows.MANY - 1; i++) {
            heard.get(i).clear();
            Entry own = waiting.get(i);
            member.follow(new Enrolment(own, member.standing(own)), heard.get(i));
        }
        tap.reset();

        heads.forEach(head -> done(ahead.coordinator().withdraw(head)));

        heard.forEach(reports -> Member.await(reports, "predecessorGone"));
        assertThat(tap.sent()).as("no read for any of them").doesNotContainKey("Txn");
    }

    @Test
    void shouldSayWhatIsWrongWithAGuardedWrite() {
        Member member = member("writer");
        Entry own = member.enrol("guarded").entry();
        List<GuardedOp> many = new ArrayList<>();
        for (int i = 0; i <= Txns.MOST_OPS; i++) {
            many.add(new GuardedOp.Delete("k" + i));
        }

        assertRefused(outcome(member.coordinator().guardedWrite(own, many)), Refusal.INVALID, "128");
        assertRefused(outcome(member.coordinator().guardedWrite(own, List.of())), Refusal.INVALID, "at least");
        assertRefused(
                outcome(member.coordinator()
                        .guardedWrite(own, List.of(new GuardedOp.Delete("k"), new GuardedOp.Put("k", new byte[0])))),
                Refusal.INVALID,
                "twice");
        done(member.coordinator().guardedWrite(own, many.subList(0, Txns.MOST_OPS)));
    }

    @Test
    void shouldPutTheNamespaceInFrontOfEverything() {
        String namespace = "tenant-" + System.nanoTime() + "/";
        Member member = new Member(
                "tenant",
                place.coordinator(
                        place.builder().namespace(namespace).nativePath("theirs", "elect-me"), SystemTicker.INSTANCE));

        assertThat(member.enrol("ours").entry().key()).startsWith(namespace + place.root() + "/elections/ours/");
        assertThat(member.enrol("theirs").entry().key())
                .isEqualTo(namespace + "elect-me/" + member.grant().id());
    }

    @Test
    void shouldPublishIdAndPayloadAsTheLayoutSays() {
        Member member = member("host:1");
        Entry own = done(member.coordinator().enrol(member.request("values", "line 1\nline 2")))
                .entry();

        assertThat(place.outside().get(Layout.key(own.key())).get(0).getValue().toStringUtf8())
                .isEqualTo("host:1\nline 1\nline 2");
        done(member.coordinator().updatePayload(own, new byte[0]));
        assertThat(place.outside().get(Layout.key(own.key())).get(0).getValue().toStringUtf8())
                .isEqualTo("host:1");
        done(member.coordinator().updatePayload(own, "new".getBytes(UTF_8)));
        assertThat(done(member.coordinator().list("values")).get(0).payloadText())
                .isEqualTo("new");
    }

    @Test
    void shouldLeaveNoWatchBehindWhenItStopsFollowing() {
        Tap tap = new Tap();
        Member member = member("watcher", place.builder().interceptor(tap));
        Member ahead = member("ahead");
        ahead.enrol("left");
        Enrolment behind = member.enrol("left");
        Subscription follow = member.follow(behind, new CopyOnWriteArrayList<>());
        Awaitility.await().atMost(PATIENCE).until(() -> tap.received().getOrDefault("Watch created", 0) == 3);

        follow.close();

        Awaitility.await().atMost(PATIENCE).until(() -> tap.sent().getOrDefault("Watch CANCEL_REQUEST", 0) == 2);
    }

    @Test
    void shouldLeaveNoThreadBehindWhenClosed() {
        List<Member> members = List.of(member("one"), member("two"));
        assertThat(members).allMatch(member -> loopThread(member) == 1);

        members.forEach(member -> member.coordinator().close());

        Awaitility.await().atMost(PATIENCE).until(() -> members.stream().allMatch(member -> loopThread(member) == 0));
    }

    private static long loopThread(Member member) {
        String name = ((EtcdCoordinator) member.coordinator()).loop().name();
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(name))
                .count();
    }
}
