package dev.incumbent.testkit.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.incumbent.election.CandidateId;
import dev.incumbent.election.CandidateInfo;
import dev.incumbent.election.Generation;
import dev.incumbent.election.Stamp;
import dev.incumbent.election.Ticker;
import dev.incumbent.election.spi.Coordinator;
import dev.incumbent.election.spi.EnrolRequest;
import dev.incumbent.election.spi.Enrolment;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.GuardedOp;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Refusal;
import dev.incumbent.election.spi.Renewal;
import dev.incumbent.election.spi.SessionGrant;
import dev.incumbent.election.spi.SessionId;
import dev.incumbent.election.spi.Standing;
import dev.incumbent.election.spi.Subscription;
import dev.incumbent.election.spi.SystemTicker;
import dev.incumbent.fencing.FencingToken;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the core relies on in every {@link Coordinator}: each sentence of its contract that shows from outside.
 *
 * <p>Extend it for a new adapter. Where coordinators may differ (entries of a lost session go or stay; one entry for each
 * session or for each attempt), both are accepted and what must follow is checked.
 */
public abstract class CoordinatorContractTest {

    private static final byte[] NOTHING = new byte[0];

    private final Ticker ticker = SystemTicker.INSTANCE;
    private CoordinatorHarness harness = openLater();
    private int named;

    /** For subclasses. */
    protected CoordinatorContractTest() {}

    /**
     * Makes a harness for one test.
     *
     * @return the harness, closed after the test
     * @throws Exception if that failed
     */
    protected abstract CoordinatorHarness harness() throws Exception;

    private static CoordinatorHarness openLater() {
        return new CoordinatorHarness() {
            @Override
            public Coordinator connect(Ticker ticker) {
                throw new IllegalStateException("no test is running");
            }

            @Override
            public void expire(SessionId session) {}

            @Override
            public void delete(Entry entry) {}

            @Override
            public Optional<byte[]> read(String key) {
                return Optional.empty();
            }

            @Override
            public void close() {}
        };
    }

    @BeforeEach
    final void open() throws Exception {
        harness = harness();
    }

    @AfterEach
    final void close() throws Exception {
        harness.close();
    }

    // ---- what tests are made of

    private <T> Outcome<T> outcome(CompletionStage<Outcome<T>> stage) {
        return Eventually.get(harness.patience(), stage);
    }

    private <T> T done(CompletionStage<Outcome<T>> stage) {
        Outcome<T> outcome = outcome(stage);
        assertThat(outcome).isInstanceOf(Outcome.Done.class);
        return ((Outcome.Done<T>) outcome).value();
    }

    private void assertRefused(CompletionStage<? extends Outcome<?>> stage, Refusal reason) {
        Outcome<?> outcome = Eventually.get(harness.patience(), stage);
        boolean refused = outcome instanceof Outcome.Refused<?> no && no.reason() == reason;
        assertThat(refused).as("refused with %s: %s", reason, outcome).isTrue();
    }

    private void eventually(String what, java.util.function.Supplier<Boolean> question) {
        Eventually.until(harness.patience(), what, question);
    }

    /** One connection with an open session. */
    private final class Member {
        final Coordinator coordinator = harness.connect(ticker);
        final Reports reports = new Reports();
        final SessionGrant grant = opened(coordinator, reports);
        final CandidateId candidate = new CandidateId("member-" + ++named);

        EnrolRequest request(String election) {
            return request(election, NOTHING);
        }

        EnrolRequest request(String election, byte[] payload) {
            return new EnrolRequest(election, grant.id(), UUID.randomUUID(), candidate, payload, grant.generation());
        }

        Enrolment enrol(String election) {
            return done(coordinator.enrol(request(election)));
        }

        Standing standing(Entry entry) {
            return done(coordinator.standing(entry));
        }

        List<Long> epochs(String election) {
            return done(coordinator.list(election)).stream()
                    .map(info -> info.token().epoch())
                    .toList();
        }

        /** Until the coordinator has said by some means that the session is gone. */
        void awaitLoss() {
            eventually("The loss of " + grant.id(), () -> {
                Outcome<Renewal> renewal = outcome(coordinator.renew(grant.id()));
                return reports.has("lost " + grant.id())
                        || (renewal instanceof Outcome.Refused<Renewal> refused
                                && refused.reason() == Refusal.SESSION_GONE);
            });
        }
    }

    /** The first connection may take a while. */
    private SessionGrant opened(Coordinator coordinator, Reports reports) {
        return ((Outcome.Done<SessionGrant>) Eventually.until(
                        harness.patience(),
                        "A session",
                        () -> outcome(coordinator.openSession(reports.signals())),
                        outcome -> outcome instanceof Outcome.Done))
                .value();
    }

    private static String predecessor(Enrolment enrolment) {
        assertThat(enrolment.standing()).isInstanceOf(Standing.Behind.class);
        return ((Standing.Behind) enrolment.standing()).predecessor();
    }

    // ---- sessions

    @Test
    final void shouldNameItsBackend() {
        assertThat(harness.connect(ticker).traits().backend()).isNotBlank();
    }

    @Test
    final void shouldCountFromBeforeTheRequestWhenSessionIsOpened() {
        Stamp before = ticker.stamp();
        Member member = new Member();
        Stamp after = ticker.stamp();

        assertThat(member.grant.ttl()).isPositive();
        assertThat(member.grant.renewal().countedFrom().nanosSince(before)).isNotNegative();
        assertThat(after.nanosSince(member.grant.renewal().countedFrom())).isNotNegative();
    }

    @Test
    final void shouldGiveEverySessionItsOwnIdAndTheSameGeneration() {
        Member one = new Member();
        Member two = new Member();

        assertThat(one.grant.id()).isNotEqualTo(two.grant.id());
        assertThat(one.grant.generation()).isEqualTo(two.grant.generation());
        assertThat(done(two.coordinator.generation())).isEqualTo(one.grant.generation());
    }

    @Test
    final void shouldProveEverLaterInstantsWhenRenewed() {
        Member member = new Member();
        Stamp proved = member.grant.renewal().countedFrom();
        Stamp first = proved;

        for (int i = 0; i < 4; i++) {
            Renewal renewal = done(member.coordinator.renew(member.grant.id()));
            assertThat(renewal.countedFrom().nanosSince(proved)).isNotNegative();
            assertThat(ticker.stamp().nanosSince(renewal.countedFrom())).isNotNegative();
            assertThat(renewal.ttl()).isPositive();
            proved = renewal.countedFrom();
        }
        Stamp last = proved;
        if (last.equals(first)) {
            // A coordinator may prove an older instant, but not the same one for ever.
            Eventually.until(
                    harness.patience(),
                    "A renewal that proves something",
                    () -> done(member.coordinator.renew(member.grant.id())).countedFrom(),
                    stamp -> stamp.nanosSince(first) > 0);
        }
    }

    @Test
    final void shouldKeepEntriesForTheTimeToLiveWhenNotRenewed() {
        assumeTrue(harness.lapsesUnrenewed(), "the client library keeps sessions alive on its own");
        Member sleeper = new Member();
        Member witness = new Member();
        Entry entry = sleeper.enrol("lapse").entry();
        long provedUntil = sleeper.grant.renewal().countedFrom().nanos()
                + sleeper.grant.ttl().toNanos();

        Eventually.until(
                harness.patience().plus(sleeper.grant.ttl().multipliedBy(3)),
                "The end of an unrenewed session",
                () -> {
                    witness.coordinator.renew(witness.grant.id());
                    return sleeper.standing(entry) instanceof Standing.Gone;
                },
                gone -> gone);

        assertThat(ticker.nanoTime() - provedUntil).isNotNegative();
    }

    @Test
    final void shouldTellOfLossWhenSessionExpired() throws Exception {
        Member member = new Member();

        harness.expire(member.grant.id());

        member.awaitLoss();
        assertRefused(member.coordinator.renew(member.grant.id()), Refusal.SESSION_GONE);
        assertRefused(member.coordinator.enrol(member.request("expired")), Refusal.SESSION_GONE);
    }

    @Test
    final void shouldOpenAnotherSessionWhenTheFirstWasLost() throws Exception {
        Member member = new Member();
        harness.expire(member.grant.id());
        member.awaitLoss();

        SessionGrant second = opened(member.coordinator, member.reports);

        assertThat(second.id()).isNotEqualTo(member.grant.id());
        assertThat(done(member.coordinator.renew(second.id())).ttl()).isPositive();
    }

    @Test
    final void shouldTakeTheEntriesAlongWhenSessionIsClosed() {
        Member member = new Member();
        Member other = new Member();
        member.enrol("close-1");
        member.enrol("close-2");

        done(member.coordinator.closeSession(member.grant.id()));

        assertThat(other.epochs("close-1")).isEmpty();
        assertThat(other.epochs("close-2")).isEmpty();
        assertRefused(member.coordinator.renew(member.grant.id()), Refusal.SESSION_GONE);
        done(member.coordinator.closeSession(member.grant.id()));
    }

    // ---- entering

    @Test
    final void shouldBeHeadWhenFirstToEnter() {
        Member member = new Member();
        EnrolRequest request = member.request("first", "hello".getBytes(UTF_8));

        Enrolment enrolment = done(member.coordinator.enrol(request));

        assertThat(enrolment.standing()).isEqualTo(new Standing.Head());
        assertThat(enrolment.entry().election()).isEqualTo("first");
        assertThat(enrolment.entry().session()).isEqualTo(member.grant.id());
        assertThat(enrolment.entry().generation()).isEqualTo(member.grant.generation());
        assertThat(enrolment.entry().epoch()).isPositive();
        assertThat(done(member.coordinator.list("first")))
                .containsExactly(
                        new CandidateInfo(member.candidate, enrolment.entry().token(), "hello".getBytes(UTF_8)));
    }

    @Test
    final void shouldQueueInOrderOfCommitWhenSeveralEnter() {
        Member a = new Member();
        Member b = new Member();
        Member c = new Member();

        Enrolment first = a.enrol("queue");
        Enrolment second = b.enrol("queue");
        Enrolment third = c.enrol("queue");

        assertThat(first.standing()).isEqualTo(new Standing.Head());
        assertThat(c.epochs("queue"))
                .containsExactly(
                        first.entry().epoch(),
                        second.entry().epoch(),
                        third.entry().epoch())
                .isSorted();
        assertThat(predecessor(second)).isNotEqualTo(predecessor(third));
        assertThat(((Standing.Behind) third.standing()).decisive())
                .as("the second's removal does not make the third the first")
                .isFalse();
    }

    @Test
    final void shouldCountOnWhenQueueWasEmptyInBetween() {
        Member member = new Member();
        long last = 0;
        for (int i = 0; i < 5; i++) {
            Entry entry = member.enrol("again").entry();
            assertThat(entry.epoch()).isGreaterThan(last);
            last = entry.epoch();
            done(member.coordinator.withdraw(entry));
            assertThat(member.epochs("again")).isEmpty();
        }
    }

    @Test
    final void shouldCommitOneWriteWhenEntering() {
        Member a = new Member();
        Member b = new Member();
        a.enrol("cost");
        OptionalLong before = harness.commits();
        assumeTrue(before.isPresent(), "the backend does not count its writes");

        Entry entry = b.enrol("cost").entry();
        assertThat(harness.commits().orElseThrow() - before.getAsLong()).isEqualTo(1);

        done(b.coordinator.withdraw(entry));
        assertThat(harness.commits().orElseThrow() - before.getAsLong()).isEqualTo(2);
    }

    @Test
    final void shouldRefuseAndEnterNothingWhenGenerationDiffers() {
        Member member = new Member();
        Generation other = new Generation(
                member.grant.generation().authority(), member.grant.generation().number() + 7);

        assertRefused(
                member.coordinator.enrol(new EnrolRequest(
                        "generation", member.grant.id(), UUID.randomUUID(), member.candidate, NOTHING, other)),
                Refusal.GENERATION_CHANGED);

        assertThat(member.epochs("generation")).isEmpty();
        assertThat(done(member.coordinator.ownEntries(member.grant.id()))).isEmpty();
    }

    @Test
    final void shouldReturnTheStandingEntryOrEnterBehindWhenSessionEntersTwice() {
        Member member = new Member();
        Enrolment first = member.enrol("twice");

        Enrolment second = member.enrol("twice");

        if (second.entry().epoch() == first.entry().epoch()) {
            assertThat(second.entry()).isEqualTo(first.entry());
            assertThat(member.epochs("twice")).hasSize(1);
        } else {
            assertThat(second.standing()).isInstanceOf(Standing.Behind.class);
            assertThat(member.epochs("twice"))
                    .containsExactly(first.entry().epoch(), second.entry().epoch());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "a/b", "a/", "/a", "a%2Fb", "..", ".", "a b", "größe/ü/選挙", "a\\b", "a$", "[a]", "A"})
    final void shouldKeepElectionsApartWhenNamesAreAlike(String name) {
        Member member = new Member();
        List<String> neighbours = List.of("a", "a/b", "ab", "a%2Fb", "b");
        for (String neighbour : neighbours) {
            if (!neighbour.equals(name)) {
                member.enrol(neighbour);
            }
        }

        Enrolment enrolment = member.enrol(name);

        assertThat(enrolment.standing()).isEqualTo(new Standing.Head());
        assertThat(enrolment.entry().election()).isEqualTo(name);
        assertThat(member.epochs(name)).containsExactly(enrolment.entry().epoch());
        assertThat(done(member.coordinator.ownEntries(member.grant.id())))
                .contains(enrolment.entry())
                .hasSize(neighbours.contains(name) ? neighbours.size() : neighbours.size() + 1);
    }

    @Test
    final void shouldKeepTheLargestPayload() {
        Member member = new Member();
        byte[] payload = new byte[64 * 1024];
        new java.util.Random(7).nextBytes(payload);

        done(member.coordinator.enrol(member.request("large", payload)));

        assertThat(done(member.coordinator.list("large")).get(0).payload()).isEqualTo(payload);
    }

    /** Epochs order the entries of one election; entries of different elections may share one, where they share a commit. */
    @Test
    final void shouldGiveDistinctTokensWhenManyElectionsAreEnteredAtOnce() {
        Member member = new Member();
        List<CompletionStage<Outcome<Enrolment>>> stages = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            stages.add(member.coordinator.enrol(member.request("many-" + i)));
        }

        Set<FencingToken> tokens = new HashSet<>();
        stages.forEach(stage -> {
            Enrolment enrolment = done(stage);
            assertThat(enrolment.standing()).isEqualTo(new Standing.Head());
            tokens.add(enrolment.entry().token());
        });

        assertThat(tokens).hasSize(100);
        assertThat(done(member.coordinator.ownEntries(member.grant.id()))).hasSize(100);
    }

    @Test
    final void shouldGiveDistinctEpochsWhenSeveralEnterOneElectionAtOnce() {
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            members.add(new Member());
        }
        List<CompletionStage<Outcome<Enrolment>>> stages = members.stream()
                .map(member -> member.coordinator.enrol(member.request("crowd")))
                .toList();

        List<Long> epochs = stages.stream()
                .map(stage -> done(stage).entry().epoch())
                .sorted()
                .toList();

        assertThat(epochs).doesNotHaveDuplicates();
        assertThat(members.get(0).epochs("crowd")).isEqualTo(epochs);
    }

    // ---- lost replies

    @Test
    final void shouldFindOwnEntryWhenItStands() {
        Member a = new Member();
        Member b = new Member();
        EnrolRequest first = a.request("find");
        EnrolRequest second = b.request("find");
        Enrolment enteredFirst = done(a.coordinator.enrol(first));
        Enrolment enteredSecond = done(b.coordinator.enrol(second));

        assertThat(done(a.coordinator.findOwn(first))).contains(enteredFirst);
        Optional<Enrolment> found = done(b.coordinator.findOwn(second));
        assertThat(found).map(Enrolment::entry).contains(enteredSecond.entry());
        assertThat(found.orElseThrow().standing()).isInstanceOf(Standing.Behind.class);
    }

    @Test
    final void shouldFindNothingWhenNothingWasEntered() {
        Member a = new Member();
        Member b = new Member();
        a.enrol("absent");

        assertThat(done(b.coordinator.findOwn(b.request("absent")))).isEmpty();
        assertThat(done(b.coordinator.findOwn(b.request("never-seen")))).isEmpty();
    }

    @Test
    final void shouldFindNothingWhenEntryWasWithdrawn() {
        Member member = new Member();
        EnrolRequest request = member.request("withdrawn");
        Entry entry = done(member.coordinator.enrol(request)).entry();

        done(member.coordinator.withdraw(entry));

        assertThat(done(member.coordinator.findOwn(request))).isEmpty();
    }

    @Test
    final void shouldListOwnEntriesOfAllElectionsAndNobodyElses() {
        Member a = new Member();
        Member b = new Member();
        Entry one = a.enrol("own-1").entry();
        b.enrol("own-1");
        Entry two = a.enrol("own-2").entry();

        assertThat(done(a.coordinator.ownEntries(a.grant.id()))).containsExactlyInAnyOrder(one, two);

        done(a.coordinator.withdraw(one));
        assertThat(done(a.coordinator.ownEntries(a.grant.id()))).containsExactly(two);
    }

    // ---- place in the queue

    @Test
    final void shouldMoveUpWhenThoseAheadLeave() {
        Member a = new Member();
        Member b = new Member();
        Member c = new Member();
        Entry first = a.enrol("move").entry();
        Entry second = b.enrol("move").entry();
        Entry third = c.enrol("move").entry();

        done(b.coordinator.withdraw(second));
        assertThat(c.standing(third)).isInstanceOf(Standing.Behind.class);
        done(a.coordinator.withdraw(first));

        assertThat(c.standing(third)).isEqualTo(new Standing.Head());
        assertThat(b.standing(second)).isEqualTo(new Standing.Gone());
    }

    @Test
    final void shouldBeGoneWhenDeletedByAnotherHand() throws Exception {
        Member member = new Member();
        Entry entry = member.enrol("deleted").entry();

        harness.delete(entry);

        assertThat(member.standing(entry)).isEqualTo(new Standing.Gone());
    }

    @Test
    final void shouldBeGoneWhenOnlyALaterEntryOfTheSameSessionStands() {
        Member member = new Member();
        Entry former = member.enrol("former").entry();
        done(member.coordinator.withdraw(former));
        Entry present = member.enrol("former").entry();

        assertThat(member.standing(former)).isEqualTo(new Standing.Gone());
        assertThat(member.standing(present)).isEqualTo(new Standing.Head());
    }

    @Test
    final void shouldNotDeleteTheLaterEntryWhenTheFormerIsWithdrawnAgain() {
        Member member = new Member();
        Entry former = member.enrol("compare").entry();
        done(member.coordinator.withdraw(former));
        Entry present = member.enrol("compare").entry();

        done(member.coordinator.withdraw(former));

        assertThat(member.epochs("compare")).containsExactly(present.epoch());
    }

    @Test
    final void shouldLetTheNextInWhenSessionAheadExpires() throws Exception {
        Member a = new Member();
        Member b = new Member();
        a.enrol("expiry");
        Enrolment behind = b.enrol("expiry");
        Entry own = behind.entry();
        b.coordinator.follow(own, Optional.of(predecessor(behind)), b.reports.follower("b"));

        harness.expire(a.grant.id());

        eventually("A report of the loss ahead", () -> {
            b.coordinator.renew(b.grant.id());
            return b.reports.has("b ");
        });
        Standing standing = b.standing(own);
        if (standing instanceof Standing.BehindOrphan orphan) {
            assertThat(orphan.holderTtl()).isEqualTo(a.grant.ttl());
            assertThat(b.reports.lines().get(0)).isIn("b predecessorOrphaned " + a.grant.ttl(), "b broken");
            done(b.coordinator.removeOrphan(own, orphan.predecessor()));
            done(b.coordinator.removeOrphan(own, orphan.predecessor()));
        } else {
            assertThat(b.reports.lines().get(0)).isIn("b predecessorGone", "b broken");
        }
        assertThat(b.standing(own)).isEqualTo(new Standing.Head());
    }

    @Test
    final void shouldReturnDoneWhenWithdrawingAfterTheSessionIsGone() throws Exception {
        Member member = new Member();
        Entry entry = member.enrol("late-withdrawal").entry();
        harness.expire(member.grant.id());
        member.awaitLoss();

        Outcome<?> outcome = outcome(member.coordinator.withdraw(entry));

        boolean gone = outcome instanceof Outcome.Done
                || (outcome instanceof Outcome.Refused<?> refused && refused.reason() == Refusal.SESSION_GONE);
        assertThat(gone).as("outcome %s", outcome).isTrue();
    }

    // ---- following

    /** A sink's first report, which must be what is expected; or "broken", after which the core reads. */
    private void assertReports(Member member, String name, String expected) {
        eventually("A report to " + name, () -> member.reports.has(name + " "));
        assertThat(member.reports.lines())
                .filteredOn(line -> line.startsWith(name + " "))
                .first()
                .isIn(name + " " + expected, name + " broken");
    }

    @Test
    final void shouldReportWhenPredecessorLeaves() {
        Member a = new Member();
        Member b = new Member();
        Entry ahead = a.enrol("leave").entry();
        Enrolment behind = b.enrol("leave");
        b.coordinator.follow(behind.entry(), Optional.of(predecessor(behind)), b.reports.follower("b"));

        done(a.coordinator.withdraw(ahead));

        assertReports(b, "b", "predecessorGone");
        assertThat(b.standing(behind.entry())).isEqualTo(new Standing.Head());
    }

    @Test
    final void shouldReportWhatHappenedBetweenTheViewAndFollowing() {
        Member a = new Member();
        Member b = new Member();
        Entry ahead = a.enrol("between").entry();
        Enrolment behind = b.enrol("between");

        done(a.coordinator.withdraw(ahead));
        b.coordinator.follow(behind.entry(), Optional.of(predecessor(behind)), b.reports.follower("b"));

        assertReports(b, "b", "predecessorGone");
    }

    @Test
    final void shouldReportWhatHappenedToOwnEntryBetweenTheViewAndFollowing() throws Exception {
        Member member = new Member();
        Entry own = member.enrol("own-between").entry();

        harness.delete(own);
        member.coordinator.follow(own, Optional.empty(), member.reports.follower("own"));

        assertReports(member, "own", "ownGone");
    }

    @Test
    final void shouldReportOwnGoneWhenHeadIsDeletedByAnotherHand() throws Exception {
        Member member = new Member();
        Entry own = member.enrol("own-gone").entry();
        member.coordinator.follow(own, Optional.empty(), member.reports.follower("own"));

        harness.delete(own);

        assertReports(member, "own", "ownGone");
    }

    @Test
    final void shouldReportOwnGoneWhenWaiterIsDeletedByAnotherHand() throws Exception {
        Member a = new Member();
        Member b = new Member();
        a.enrol("waiter-gone");
        Enrolment behind = b.enrol("waiter-gone");
        b.coordinator.follow(behind.entry(), Optional.of(predecessor(behind)), b.reports.follower("b"));

        harness.delete(behind.entry());

        assertReports(b, "b", "ownGone");
    }

    @Test
    final void shouldReportOwnFirstWhenBothAreGone() throws Exception {
        Member a = new Member();
        Member b = new Member();
        Entry ahead = a.enrol("both").entry();
        Enrolment behind = b.enrol("both");
        b.coordinator.follow(behind.entry(), Optional.of(predecessor(behind)), b.reports.follower("b"));

        harness.delete(behind.entry());
        done(a.coordinator.withdraw(ahead));

        assertReports(b, "b", "ownGone");
    }

    @Test
    final void shouldBeSilentWhenOthersComeAndGo() {
        Member a = new Member();
        Member b = new Member();
        Member c = new Member();
        Entry ahead = a.enrol("others").entry();
        Enrolment behind = b.enrol("others");
        b.coordinator.follow(behind.entry(), Optional.of(predecessor(behind)), b.reports.follower("b"));

        for (int i = 0; i < 3; i++) {
            done(c.coordinator.withdraw(c.enrol("others").entry()));
            done(c.coordinator.withdraw(c.enrol("elsewhere").entry()));
        }
        assertThat(b.reports.lines()).isEmpty();
        done(a.coordinator.withdraw(ahead));

        assertReports(b, "b", "predecessorGone");
    }

    @Test
    final void shouldBeSilentAfterClosing() {
        Member a = new Member();
        Member b = new Member();
        Entry ahead = a.enrol("silent").entry();
        Enrolment behind = b.enrol("silent");
        Subscription closed =
                b.coordinator.follow(behind.entry(), Optional.of(predecessor(behind)), b.reports.follower("closed"));
        b.coordinator.follow(behind.entry(), Optional.of(predecessor(behind)), b.reports.follower("open"));

        closed.close();
        closed.close();
        done(b.coordinator.standing(behind.entry()));
        done(a.coordinator.withdraw(ahead));

        assertReports(b, "open", "predecessorGone");
        assertThat(b.reports.has("closed ")).isFalse();
    }

    @Test
    final void shouldCommitNothingWhenFollowingAndReading() {
        Member a = new Member();
        Member b = new Member();
        a.enrol("free");
        Enrolment behind = b.enrol("free");
        OptionalLong before = harness.commits();
        assumeTrue(before.isPresent(), "the backend does not count its writes");

        Subscription follow =
                b.coordinator.follow(behind.entry(), Optional.of(predecessor(behind)), b.reports.follower("b"));
        b.standing(behind.entry());
        b.epochs("free");
        follow.close();

        assertThat(harness.commits()).isEqualTo(before);
    }

    @Test
    final void shouldFollowTheEntryAfterwardsWhenFollowedAnew() {
        Member a = new Member();
        Member b = new Member();
        Member c = new Member();
        Entry first = a.enrol("anew").entry();
        Entry second = b.enrol("anew").entry();
        Enrolment third = c.enrol("anew");
        Subscription before =
                c.coordinator.follow(third.entry(), Optional.of(predecessor(third)), c.reports.follower("before"));
        done(b.coordinator.withdraw(second));
        assertReports(c, "before", "predecessorGone");
        before.close();

        Standing now = c.standing(third.entry());
        assertThat(now).isInstanceOf(Standing.Behind.class);
        c.coordinator.follow(
                third.entry(), Optional.of(((Standing.Behind) now).predecessor()), c.reports.follower("after"));
        done(a.coordinator.withdraw(first));

        assertReports(c, "after", "predecessorGone");
    }

    // ---- payload, list, observation, data

    @Test
    final void shouldChangeThePayloadAndNothingElse() {
        Member a = new Member();
        Member b = new Member();
        Entry first = a.enrol("payload").entry();
        Enrolment behind = b.enrol("payload");
        b.coordinator.follow(behind.entry(), Optional.of(predecessor(behind)), b.reports.follower("b"));

        done(a.coordinator.updatePayload(first, "new".getBytes(UTF_8)));

        List<CandidateInfo> queue = done(b.coordinator.list("payload"));
        assertThat(queue.get(0).payloadText()).isEqualTo("new");
        assertThat(queue)
                .extracting(CandidateInfo::token)
                .containsExactly(first.token(), behind.entry().token());
        assertThat(a.standing(first)).isEqualTo(new Standing.Head());
        done(a.coordinator.withdraw(first));
        assertReports(b, "b", "predecessorGone");
    }

    @Test
    final void shouldRefuseThePayloadWhenEntryIsGone() {
        Member member = new Member();
        Entry entry = member.enrol("payload-gone").entry();
        done(member.coordinator.withdraw(entry));

        assertRefused(member.coordinator.updatePayload(entry, NOTHING), Refusal.ENTRY_GONE);
        assertThat(member.epochs("payload-gone")).isEmpty();
    }

    @Test
    final void shouldListWithoutASession() {
        Member member = new Member();
        Entry entry = member.enrol("sessionless").entry();
        Coordinator onlooker = harness.connect(ticker);

        Outcome<List<CandidateInfo>> outcome = Eventually.until(
                harness.patience(),
                "A list",
                () -> outcome(onlooker.list("sessionless")),
                answer -> answer instanceof Outcome.Done);

        assertThat(((Outcome.Done<List<CandidateInfo>>) outcome).value())
                .extracting(CandidateInfo::token)
                .containsExactly(entry.token());
        assertThat(done(onlooker.list("nobody-ever-stood"))).isEmpty();
    }

    @Test
    final void shouldObserveThePresentStateAndThenChanges() {
        Member a = new Member();
        Member b = new Member();
        Coordinator onlooker = harness.connect(ticker);
        Reports seen = new Reports();
        Subscription observation = onlooker.observe("observed", seen.observer());
        eventually("The present state", () -> seen.last().equals("head none"));

        Entry first = done(a.coordinator.enrol(a.request("observed", "v1".getBytes(UTF_8))))
                .entry();
        eventually("The first", () -> seen.last().equals("head " + first.epoch() + " " + a.candidate + " v1"));
        done(a.coordinator.updatePayload(first, "v2".getBytes(UTF_8)));
        eventually("Its payload", () -> seen.last().equals("head " + first.epoch() + " " + a.candidate + " v2"));
        Entry second = b.enrol("observed").entry();
        done(a.coordinator.withdraw(first));
        eventually("The second", () -> seen.last().equals("head " + second.epoch() + " " + b.candidate + " "));
        done(b.coordinator.withdraw(second));
        eventually("Nobody", () -> seen.last().equals("head none"));

        observation.close();
        assertThat(seen.has("broken")).isFalse();
    }

    @Test
    final void shouldObserveWhoStoodBefore() {
        Member member = new Member();
        Entry entry = member.enrol("observed-late").entry();
        Reports seen = new Reports();

        Subscription observation = harness.connect(ticker).observe("observed-late", seen.observer());

        eventually("The present state", () -> seen.last().startsWith("head " + entry.epoch() + " "));
        observation.close();
    }

    @Test
    final void shouldWriteWhileEntryStands() throws Exception {
        Member member = new Member();
        Entry entry = member.enrol("guarded").entry();

        done(member.coordinator.guardedWrite(
                entry,
                List.of(new GuardedOp.Put("k1", "v1".getBytes(UTF_8)), new GuardedOp.Put("k2", "v2".getBytes(UTF_8)))));
        assertThat(harness.read("k1")).contains("v1".getBytes(UTF_8));
        assertThat(harness.read("k2")).contains("v2".getBytes(UTF_8));

        done(member.coordinator.guardedWrite(
                entry,
                List.of(
                        new GuardedOp.Put("k1", "v3".getBytes(UTF_8)),
                        new GuardedOp.Delete("k2"),
                        new GuardedOp.Delete("k3"))));
        assertThat(harness.read("k1")).contains("v3".getBytes(UTF_8));
        assertThat(harness.read("k2")).isEmpty();
    }

    @Test
    final void shouldWriteNothingWhenEntryIsGone() throws Exception {
        Member member = new Member();
        Entry entry = member.enrol("guarded-gone").entry();
        done(member.coordinator.withdraw(entry));
        member.enrol("guarded-gone");

        assertRefused(
                member.coordinator.guardedWrite(
                        entry, List.of(new GuardedOp.Put("stale", NOTHING), new GuardedOp.Delete("other"))),
                Refusal.ENTRY_GONE);

        assertThat(harness.read("stale")).isEmpty();
    }

    // ---- generation

    @Test
    final void shouldPutEverythingAboveWhenGenerationIsRaised() {
        Member a = new Member();
        Member b = new Member();
        Generation before = a.grant.generation();
        Entry first = a.enrol("raised").entry();
        Entry second = b.enrol("raised").entry();
        Entry elsewhere = b.enrol("raised-too").entry();

        Generation after = done(a.coordinator.raiseGeneration(Optional.empty(), 1000));

        assertThat(after).isEqualTo(new Generation(before.authority(), Math.max(before.number() + 1, 1000)));
        assertThat(done(b.coordinator.generation())).isEqualTo(after);
        assertThat(a.epochs("raised")).isEmpty();
        assertThat(a.epochs("raised-too")).isEmpty();
        for (Entry entry : List.of(first, second, elsewhere)) {
            assertThat(b.standing(entry)).isInstanceOfAny(Standing.Gone.class, Standing.Superseded.class);
        }
        assertRefused(a.coordinator.enrol(a.request("raised")), Refusal.GENERATION_CHANGED);

        Enrolment anew = done(b.coordinator.enrol(
                new EnrolRequest("raised", b.grant.id(), UUID.randomUUID(), b.candidate, NOTHING, after)));
        assertThat(anew.standing()).isEqualTo(new Standing.Head());
        assertThat(anew.entry().token().isNewerThan(second.token())).isTrue();
    }

    @Test
    final void shouldRaiseByOneAtLeastAndCarryTheAuthorityOver() {
        Member member = new Member();
        UUID authority = UUID.randomUUID();

        Generation first = done(member.coordinator.raiseGeneration(Optional.of(authority), 5000));
        Generation second = done(member.coordinator.raiseGeneration(Optional.empty(), 4000));

        assertThat(first).isEqualTo(new Generation(authority, 5000));
        assertThat(second).isEqualTo(new Generation(authority, 5001));
        assertThat(new Member().grant.generation()).isEqualTo(second);
    }

    @Test
    final void shouldSignalTheGenerationBeforeTheRemovals() {
        Member a = new Member();
        Member b = new Member();
        Entry own = b.enrol("signalled").entry();
        b.coordinator.follow(own, Optional.empty(), b.reports.follower("b"));

        Generation after = done(a.coordinator.raiseGeneration(Optional.empty(), 1));

        eventually("The signal", () -> b.reports.has("generation " + after.number()));
        eventually("The removal", () -> b.reports.has("b "));
        int removal = b.reports.indexOf("b ownGone");
        if (removal >= 0) {
            assertThat(b.reports.indexOf("generation " + after.number())).isLessThan(removal);
        }
    }

    // ---- the end

    @Test
    final void shouldAnswerInsteadOfHangingWhenClosed() {
        Member member = new Member();
        Entry entry = member.enrol("closed").entry();
        List<CompletionStage<? extends Outcome<?>>> open = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            open.add(member.coordinator.standing(entry));
            open.add(member.coordinator.enrol(member.request("closed-" + i)));
        }

        member.coordinator.close();
        member.coordinator.close();

        open.forEach(stage -> assertThat(Eventually.get(harness.patience(), stage))
                .isInstanceOfAny(Outcome.Done.class, Outcome.Ambiguous.class, Outcome.Unavailable.class));
        assertThat(outcome(member.coordinator.standing(entry))).isInstanceOf(Outcome.Unavailable.class);
        assertThat(outcome(member.coordinator.enrol(member.request("closed")))).isInstanceOf(Outcome.Unavailable.class);
    }
}
