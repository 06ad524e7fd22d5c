package dev.incumbent.testkit.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.incumbent.election.CampaignOptions;
import dev.incumbent.election.Candidacy;
import dev.incumbent.election.CandidacyClosedException;
import dev.incumbent.election.CandidacyExistsException;
import dev.incumbent.election.CandidacyState;
import dev.incumbent.election.CandidateId;
import dev.incumbent.election.CandidateInfo;
import dev.incumbent.election.ClientHealth;
import dev.incumbent.election.Election;
import dev.incumbent.election.ElectionClient;
import dev.incumbent.election.ElectionEvent;
import dev.incumbent.election.ElectionException;
import dev.incumbent.election.Generation;
import dev.incumbent.election.LeaderLoop;
import dev.incumbent.election.Leadership;
import dev.incumbent.election.LeadershipListener;
import dev.incumbent.election.LeadershipLostException;
import dev.incumbent.election.LoopPolicy;
import dev.incumbent.election.Observation;
import dev.incumbent.election.RevocationCause;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What an application may rely on, whatever the coordinator: campaigns, terms, hand-over, observation, in real time.
 *
 * <p>Extend it for a new backend.
 */
public abstract class ElectionContractTest {

    private static final String NAME = "billing/settlement";

    private ElectionHarness harness = none();

    /** For subclasses. */
    protected ElectionContractTest() {}

    /**
     * Makes a harness for one test.
     *
     * @return the harness, closed after the test
     * @throws Exception if that failed
     */
    protected abstract ElectionHarness harness() throws Exception;

    private static ElectionHarness none() {
        return new ElectionHarness() {
            @Override
            public ElectionClient client(String candidateId) {
                throw new IllegalStateException("no test is running");
            }

            @Override
            public Duration ttl() {
                return Duration.ofSeconds(1);
            }

            @Override
            public void expireFirst(String election) {}

            @Override
            public void deleteFirst(String election) {}

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

    private <T> T get(CompletionStage<T> stage) {
        return Eventually.get(harness.patience(), stage);
    }

    private void eventually(String what, Supplier<Boolean> question) {
        Eventually.until(harness.patience(), what, question);
    }

    private Leadership led(Candidacy candidacy) throws InterruptedException {
        return candidacy.awaitLeadership(harness.patience()).orElseThrow(() -> new AssertionError("no office"));
    }

    private void awaitWaiting(Candidacy candidacy) {
        awaitState(candidacy, CandidacyState.WAITING);
    }

    private void awaitState(Candidacy candidacy, CandidacyState state) {
        Eventually.until(harness.patience(), "State " + state, candidacy::state, now -> now == state);
    }

    private void await(CountDownLatch latch) throws InterruptedException {
        assertThat(latch.await(harness.patience().toMillis(), TimeUnit.MILLISECONDS))
                .as("happened within %s", harness.patience())
                .isTrue();
    }

    private static CampaignOptions with(LeadershipListener... listeners) {
        CampaignOptions.Builder options = CampaignOptions.builder();
        for (LeadershipListener listener : listeners) {
            options.listener(listener);
        }
        return options.build();
    }

    private static List<String> names(List<CandidateInfo> candidates) {
        return candidates.stream().map(info -> info.id().value()).toList();
    }

    /** A client that stands and waits behind the leader. */
    private Candidacy second() {
        Candidacy candidacy = harness.client("second").election(NAME).campaign();
        awaitWaiting(candidacy);
        return candidacy;
    }

    // ---- terms

    @Test
    final void shouldLeadWhenAlone() throws InterruptedException {
        Election election = harness.client("first").election(NAME);

        Candidacy candidacy = election.campaign();
        Leadership leadership = led(candidacy);

        assertThat(leadership.isValid()).isTrue();
        assertThat(leadership.election()).isEqualTo(NAME);
        assertThat(leadership.candidate()).isEqualTo(new CandidateId("first"));
        assertThat(leadership.token().election()).isEqualTo(NAME);
        assertThat(leadership.remaining()).isPositive();
        assertThat(leadership.revocation()).isEmpty();
        assertThat(candidacy.state()).isEqualTo(CandidacyState.LEADING);
        assertThat(candidacy.leadership()).contains(leadership);
        assertThat(candidacy.awaitLeadership()).isSameAs(leadership);
        assertThat(get(candidacy.whenLeading())).isSameAs(leadership);
        assertThat(election.leader()).map(CandidateInfo::token).contains(leadership.token());
        assertThat(names(election.candidates())).containsExactly("first");
        leadership.requireValid();
    }

    @Test
    final void shouldKeepOfficeByRenewing() throws InterruptedException {
        TermLog log = TermLog.quick();
        Leadership leadership = led(harness.client("first").election(NAME).campaign(with(log)));
        long start = System.nanoTime();

        Eventually.until(
                harness.patience(),
                "Three times to live in office",
                () -> System.nanoTime() - start > harness.ttl().toNanos() * 3 || !leadership.isValid());

        assertThat(leadership.isValid()).isTrue();
        assertThat(log.lines()).containsExactly("elected " + leadership.token().epoch());
    }

    @Test
    final void shouldHandOverWhenLeaderResigns() throws InterruptedException {
        Candidacy first = harness.client("first").election(NAME).campaign();
        Leadership before = led(first);
        Candidacy second = second();
        assertThat(second.awaitLeadership(Duration.ZERO)).isEmpty();
        assertThat(second.leadership()).isEmpty();

        get(first.resign());

        Leadership after = led(second);
        assertThat(after.token().isNewerThan(before.token())).isTrue();
        assertThat(before.isValid()).isFalse();
        assertThat(before.remaining()).isZero();
        assertThat(before.revocation()).contains(RevocationCause.RESIGNED);
        assertThat(get(before.whenRevoked())).isEqualTo(RevocationCause.RESIGNED);
        assertThatThrownBy(before::requireValid).isInstanceOf(LeadershipLostException.class);
        assertThat(first.state()).isEqualTo(CandidacyState.CLOSED);
        assertThat(first.leadership()).isEmpty();
    }

    @Test
    final void shouldLeadInOrderOfEntry() throws InterruptedException {
        List<Candidacy> queue = new ArrayList<>();
        queue.add(harness.client("c0").election(NAME).campaign());
        led(queue.get(0));
        for (int i = 1; i < 4; i++) {
            Candidacy candidacy = harness.client("c" + i).election(NAME).campaign();
            awaitWaiting(candidacy);
            queue.add(candidacy);
        }
        Election onlooker = harness.client("onlooker").election(NAME);
        assertThat(names(onlooker.candidates())).containsExactly("c0", "c1", "c2", "c3");

        get(queue.get(2).resign());
        get(queue.get(0).resign());
        led(queue.get(1));
        assertThat(names(onlooker.candidates())).containsExactly("c1", "c3");
        get(queue.get(1).resign());
        led(queue.get(3));
    }

    // ---- listeners, drain, release

    @Test
    final void shouldTellListenersInOrderAndOnce() throws InterruptedException {
        List<String> order = new CopyOnWriteArrayList<>();
        TermLog log = TermLog.quick();
        LeadershipListener thrower = new LeadershipListener() {
            @Override
            public void elected(Leadership leadership) {
                order.add("thrower");
                throw new IllegalStateException("thrown by a listener, for a test");
            }
        };
        LeadershipListener last = new LeadershipListener() {
            @Override
            public void elected(Leadership leadership) {
                order.add("last");
            }
        };
        Candidacy candidacy = harness.client("first").election(NAME).campaign(with(thrower, log, last));
        Leadership leadership = led(candidacy);

        get(candidacy.resign());

        long epoch = leadership.token().epoch();
        assertThat(log.lines()).containsExactly("elected " + epoch, "revoked " + epoch + " RESIGNED");
        assertThat(order).containsExactly("thrower", "last");
    }

    @Test
    final void shouldReleaseOnlyAfterListenerReturned() throws InterruptedException {
        TermLog log = TermLog.stuck();
        Election election = harness.client("first").election(NAME);
        Candidacy first = election.campaign(with(log));
        Leadership leadership = led(first);
        Candidacy second = second();

        CompletionStage<Void> resigned = first.resign();
        await(log.inRevoked());

        assertThat(leadership.isValid()).isFalse();
        assertThat(first.state()).isEqualTo(CandidacyState.DRAINING);
        assertThat(names(election.candidates())).containsExactly("first", "second");
        assertThat(second.awaitLeadership(harness.ttl())).isEmpty();
        assertThat(resigned.toCompletableFuture()).isNotDone();

        log.letGo();
        get(resigned);
        led(second);
    }

    @Test
    final void shouldReportDownAndKeepEntryWhenDrainIsOverdue() throws InterruptedException {
        TermLog log = TermLog.stuck();
        ElectionClient client = harness.client("first");
        Candidacy first = client.election(NAME)
                .campaign(CampaignOptions.builder()
                        .listener(log)
                        .drainTimeout(Duration.ofMillis(50))
                        .build());
        led(first);
        assertThat(client.health().status()).isEqualTo(ClientHealth.Status.UP);

        CompletionStage<Void> resigned = first.resign();
        eventually("DOWN", () -> client.health().status() == ClientHealth.Status.DOWN);

        assertThat(client.health().details()).anyMatch(detail -> detail.contains(NAME));
        assertThat(names(client.election(NAME).candidates())).containsExactly("first");
        log.letGo();
        get(resigned);
        eventually("UP", () -> client.health().status() == ClientHealth.Status.UP);
        assertThat(client.election(NAME).candidates()).isEmpty();
    }

    @Test
    final void shouldReleaseUndrainedWhenAskedTo() throws InterruptedException {
        TermLog log = TermLog.stuck();
        Candidacy first = harness.client("first")
                .election(NAME)
                .campaign(CampaignOptions.builder()
                        .listener(log)
                        .drainTimeout(Duration.ofMillis(50))
                        .releaseUndrained(true)
                        .build());
        led(first);
        Candidacy second = second();

        first.resign();

        led(second);
        assertThat(log.lines()).hasSize(2);
        log.letGo();
    }

    @Test
    final void shouldLeadElsewhereWhenOneListenerIsStuck() throws InterruptedException {
        TermLog log = TermLog.stuck();
        ElectionClient client = harness.client("first");
        Candidacy stuck = client.election("stuck").campaign(with(log));
        led(stuck);
        CompletionStage<Void> resigned = stuck.resign();
        await(log.inRevoked());

        Candidacy other = client.election(NAME).campaign();
        Leadership leadership = led(other);
        long start = System.nanoTime();
        eventually(
                "Two times to live",
                () -> System.nanoTime() - start > harness.ttl().toNanos() * 2);

        assertThat(leadership.isValid()).isTrue();
        assertThat(resigned.toCompletableFuture()).isNotDone();
        log.letGo();
        get(resigned);
    }

    @Test
    final void shouldCloseFromInsideAListener() throws InterruptedException {
        CompletableFuture<Candidacy> self = new CompletableFuture<>();
        CountDownLatch returned = new CountDownLatch(1);
        LeadershipListener closer = new LeadershipListener() {
            @Override
            public void elected(Leadership leadership) {
                get(self).close();
                returned.countDown();
            }
        };
        Candidacy candidacy = harness.client("first").election(NAME).campaign(with(closer));
        self.complete(candidacy);

        await(returned);
        awaitState(candidacy, CandidacyState.CLOSED);
    }

    @Test
    final void shouldCloseTheClientFromInsideAListener() throws InterruptedException {
        ElectionClient client = harness.client("first");
        CountDownLatch returned = new CountDownLatch(1);
        LeadershipListener closer = new LeadershipListener() {
            @Override
            public void elected(Leadership leadership) {
                client.close();
                returned.countDown();
            }
        };
        Candidacy candidacy = client.election(NAME).campaign(with(closer));

        await(returned);
        awaitState(candidacy, CandidacyState.CLOSED);
        led(harness.client("second").election(NAME).campaign());
    }

    // ---- queue

    @Test
    final void shouldStandBehindWhenRequeued() throws InterruptedException {
        TermLog log = TermLog.quick();
        Candidacy first = harness.client("first").election(NAME).campaign(with(log));
        Leadership before = led(first);
        Candidacy second = second();

        get(first.requeue());

        Leadership between = led(second);
        awaitWaiting(first);
        assertThat(before.isValid()).isFalse();
        assertThat(log.lines()).contains("revoked " + before.token().epoch() + " REQUEUED");
        get(second.requeue());
        Leadership after = led(first);
        assertThat(between.token().isNewerThan(before.token())).isTrue();
        assertThat(after.token().isNewerThan(between.token())).isTrue();
    }

    @Test
    final void shouldBeElectedAnewWhenRequeuedAlone() throws InterruptedException {
        Candidacy candidacy = harness.client("first").election(NAME).campaign();
        Leadership before = led(candidacy);

        get(candidacy.requeue());

        Leadership after = led(candidacy);
        assertThat(after).isNotSameAs(before);
        assertThat(after.token().isNewerThan(before.token())).isTrue();
        assertThat(before.isValid()).isFalse();
    }

    @Test
    final void shouldLeaveNothingQueuedWhenWaiterCloses() throws InterruptedException {
        Election election = harness.client("first").election(NAME);
        Candidacy first = election.campaign();
        Leadership leadership = led(first);
        Candidacy second = second();

        second.close();
        second.close();

        assertThat(second.state()).isEqualTo(CandidacyState.CLOSED);
        assertThat(names(election.candidates())).containsExactly("first");
        assertThat(leadership.isValid()).isTrue();
        assertThatThrownBy(second::awaitLeadership).isInstanceOf(CandidacyClosedException.class);
        assertThat(Eventually.failure(harness.patience(), second.whenLeading()))
                .isInstanceOf(CandidacyClosedException.class);
    }

    @Test
    final void shouldLeaveNothingQueuedWhenClosedAtOnce() throws InterruptedException {
        Election election = harness.client("first").election(NAME);
        for (int i = 0; i < 10; i++) {
            election.campaign().close();
        }
        assertThat(election.candidates()).isEmpty();
    }

    @Test
    final void shouldEndTheWaitWhenClosedMeanwhile() {
        led0(harness.client("first").election(NAME).campaign());
        Candidacy second = second();
        CompletionStage<Leadership> waiting = second.whenLeading();

        get(second.resign());

        assertThat(Eventually.failure(harness.patience(), waiting)).isInstanceOf(CandidacyClosedException.class);
    }

    private void led0(Candidacy candidacy) {
        eventually("Office", () -> candidacy.leadership().isPresent());
    }

    @Test
    final void shouldGoOnWhenTheWaiterIsInterrupted() throws InterruptedException {
        Candidacy first = harness.client("first").election(NAME).campaign();
        led(first);
        Candidacy second = second();
        CountDownLatch thrown = new CountDownLatch(1);
        Thread waiter = new Thread(() -> {
            try {
                second.awaitLeadership();
            } catch (InterruptedException expected) {
                thrown.countDown();
            }
        });
        waiter.start();

        waiter.interrupt();
        await(thrown);
        waiter.join();

        assertThat(second.state()).isEqualTo(CandidacyState.WAITING);
        get(first.resign());
        led(second);
    }

    @Test
    final void shouldThrowWhenStandingTwice() throws InterruptedException {
        ElectionClient client = harness.client("first");
        Candidacy candidacy = client.election(NAME).campaign();

        assertThatThrownBy(() -> client.election(NAME).campaign())
                .isInstanceOf(CandidacyExistsException.class)
                .hasMessageContaining(NAME);
        Leadership before = led(candidacy);
        candidacy.close();

        Leadership after = led(client.election(NAME).campaign());
        assertThat(after.token().isNewerThan(before.token())).isTrue();
    }

    // ---- campaignFor

    @Test
    final void shouldReturnACandidacyInOfficeWhenWonInTime() throws InterruptedException {
        Optional<Candidacy> won = harness.client("first").election(NAME).campaignFor(harness.patience());

        assertThat(won).isPresent();
        assertThat(won.get().leadership().orElseThrow().isValid()).isTrue();
    }

    @Test
    final void shouldLeaveNothingQueuedWhenTimeIsUp() throws InterruptedException {
        Election election = harness.client("first").election(NAME);
        led(election.campaign());
        Election other = harness.client("second").election(NAME);

        assertThat(other.campaignFor(Duration.ofMillis(300))).isEmpty();

        eventually("One candidate", () -> names(get(election.candidatesAsync())).equals(List.of("first")));
        Candidacy again = other.campaign();
        awaitWaiting(again);
    }

    @Test
    final void shouldLeaveNothingQueuedWhenInterrupted() throws InterruptedException {
        Election election = harness.client("first").election(NAME);
        led(election.campaign());
        Election other = harness.client("second").election(NAME);
        CountDownLatch thrown = new CountDownLatch(1);
        Thread campaigner = new Thread(() -> {
            try {
                other.campaignFor(Duration.ofMinutes(5));
            } catch (InterruptedException expected) {
                thrown.countDown();
            }
        });
        campaigner.start();
        eventually("Two candidates", () -> get(election.candidatesAsync()).size() == 2);

        campaigner.interrupt();
        await(thrown);
        campaigner.join();

        eventually("One candidate", () -> names(get(election.candidatesAsync())).equals(List.of("first")));
    }

    // ---- whileLeading

    @Test
    final void shouldWorkWhileLeadingAndStandAgainWhenWorkReturns() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        AtomicBoolean invalid = new AtomicBoolean();
        CountDownLatch thrice = new CountDownLatch(3);
        LeaderLoop loop = harness.client("first").election(NAME).whileLeading(leadership -> {
            // A fourth run may begin just as the loop is closed below, and then finds its leadership over.
            if (runs.incrementAndGet() <= 3) {
                invalid.compareAndSet(false, !leadership.isValid());
            }
            thrice.countDown();
        });

        await(thrice);
        loop.close();

        assertThat(invalid).isFalse();
        assertThat(loop.candidacy().state()).isEqualTo(CandidacyState.CLOSED);
        assertThat(loop.lastFailure()).isEmpty();
        int after = runs.get();
        led(harness.client("second").election(NAME).campaign());
        assertThat(runs).hasValue(after);
    }

    @Test
    final void shouldInterruptWorkAndReleaseOnlyAfterItReturned() throws Exception {
        CountDownLatch working = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        CountDownLatch mayReturn = new CountDownLatch(1);
        LeaderLoop loop = harness.client("first").election(NAME).whileLeading(leadership -> {
            working.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException expected) {
                interrupted.countDown();
                await(mayReturn);
            }
        });
        await(working);
        Candidacy second = second();

        CompletionStage<Void> released = loop.candidacy().requeue();
        await(interrupted);
        assertThat(second.awaitLeadership(Duration.ofMillis(300))).isEmpty();
        assertThat(released.toCompletableFuture()).isNotDone();
        mayReturn.countDown();

        get(released);
        led(second);
        awaitWaiting(loop.candidacy());
        loop.close();
    }

    @Test
    final void shouldKeepTheFailureAndGoOnWhenWorkThrows() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        CountDownLatch secondRun = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        LeaderLoop loop = harness.client("first")
                .election(NAME)
                .whileLeading(
                        leadership -> {
                            if (runs.incrementAndGet() == 1) {
                                throw new IllegalStateException("thrown by the work, for a test");
                            }
                            secondRun.countDown();
                            await(over);
                        },
                        new LoopPolicy(
                                LoopPolicy.Next.HOLD,
                                LoopPolicy.Next.REPEAT,
                                Duration.ofMillis(10),
                                Duration.ofMillis(20)),
                        CampaignOptions.defaults());

        await(secondRun);

        assertThat(loop.lastFailure()).containsInstanceOf(IllegalStateException.class);
        over.countDown();
        eventually("The good run", () -> loop.lastFailure().isEmpty());
        assertThat(loop.candidacy().state()).isEqualTo(CandidacyState.LEADING);
        loop.close();
        assertThat(runs).hasValue(2);
    }

    @Test
    final void shouldEndTheLoopWhenPolicySaysStop() {
        LeaderLoop loop = harness.client("first")
                .election(NAME)
                .whileLeading(
                        leadership -> {},
                        LoopPolicy.defaults().withOnReturn(LoopPolicy.Next.STOP),
                        CampaignOptions.defaults());

        awaitState(loop.candidacy(), CandidacyState.CLOSED);
        loop.close();
    }

    // ---- losses

    @Test
    final void shouldLoseOfficeAndStandAgainWhenSessionIsLost() throws Exception {
        TermLog log = TermLog.quick();
        Candidacy first = harness.client("first").election(NAME).campaign(with(log));
        Leadership before = led(first);
        Candidacy second = second();

        harness.expireFirst(NAME);

        RevocationCause cause = get(before.whenRevoked());
        assertThat(cause).isIn(RevocationCause.SESSION_LOST, RevocationCause.ENTRY_DELETED, RevocationCause.EXPIRED);
        assertThat(before.isValid()).isFalse();
        Leadership after = led(second);
        assertThat(after.token().isNewerThan(before.token())).isTrue();
        awaitWaiting(first);
        assertThat(log.lines())
                .containsExactly(
                        "elected " + before.token().epoch(),
                        "revoked " + before.token().epoch() + " " + cause);
        get(second.resign());
        assertThat(led(first).token().isNewerThan(after.token())).isTrue();
    }

    @Test
    final void shouldLoseOfficeAndStandAgainWhenEntryIsDeleted() throws Exception {
        Candidacy first = harness.client("first").election(NAME).campaign();
        Leadership before = led(first);
        Candidacy second = second();

        harness.deleteFirst(NAME);

        assertThat(get(before.whenRevoked())).isEqualTo(RevocationCause.ENTRY_DELETED);
        Leadership after = led(second);
        assertThat(after.token().isNewerThan(before.token())).isTrue();
        awaitWaiting(first);
    }

    @Test
    final void shouldStandAgainWhenFenced() throws InterruptedException {
        Candidacy candidacy = harness.client("first").election(NAME).campaign();
        Leadership before = led(candidacy);

        before.fenced(null);
        before.fenced(null);

        assertThat(get(before.whenRevoked())).isEqualTo(RevocationCause.FENCED);
        eventually(
                "Another term",
                () -> candidacy.leadership().map(term -> term != before).orElse(false));
        assertThat(led(candidacy).token().isNewerThan(before.token())).isTrue();
    }

    @Test
    final void shouldStepDownWhileUnhealthy() throws InterruptedException {
        AtomicBoolean fit = new AtomicBoolean(true);
        Candidacy first = harness.client("first")
                .election(NAME)
                .campaign(CampaignOptions.builder()
                        .healthCheck(fit::get, Duration.ofMillis(50), harness.patience())
                        .build());
        Leadership before = led(first);
        Candidacy second = second();

        fit.set(false);

        assertThat(get(before.whenRevoked())).isEqualTo(RevocationCause.UNHEALTHY);
        led(second);
        awaitState(first, CandidacyState.IDLE);
        fit.set(true);
        awaitWaiting(first);
    }

    // ---- payload and observation

    @Test
    final void shouldPublishAndChangeThePayload() throws InterruptedException {
        Election election = harness.client("first").election(NAME);
        Candidacy candidacy =
                election.campaign(CampaignOptions.builder().payload("one").build());
        Leadership leadership = led(candidacy);
        assertThat(election.leader()).map(CandidateInfo::payloadText).contains("one");

        get(candidacy.proclaim("two".getBytes(UTF_8)));

        assertThat(election.leader()).map(CandidateInfo::payloadText).contains("two");
        assertThat(election.leader()).map(CandidateInfo::token).contains(leadership.token());
        assertThat(leadership.isValid()).isTrue();
        candidacy.close();
        assertThat(Eventually.failure(harness.patience(), candidacy.proclaim(new byte[0])))
                .isInstanceOf(ElectionException.class);
    }

    private static String describe(ElectionEvent event) {
        if (event instanceof ElectionEvent.Elected elected) {
            return elected.leader().id() + ":" + elected.leader().payloadText();
        }
        return event instanceof ElectionEvent.Vacant ? "vacant" : "unknown";
    }

    @Test
    final void shouldObserveElectionsPayloadsAndVacancy() throws InterruptedException {
        List<String> seen = new CopyOnWriteArrayList<>();
        Observation observation = harness.client("onlooker").election(NAME).observe(event -> seen.add(describe(event)));
        eventually("Vacant", () -> describe(observation.current()).equals("vacant"));

        Candidacy first = harness.client("first")
                .election(NAME)
                .campaign(CampaignOptions.builder().payload("one").build());
        led(first);
        eventually("The first", () -> seen.contains("first:one"));
        get(first.proclaim("two".getBytes(UTF_8)));
        eventually("Its payload", () -> seen.contains("first:two"));
        Candidacy second = second();
        get(first.resign());
        eventually("The second", () -> seen.contains("second:"));
        get(second.resign());
        eventually("Vacant again", () -> seen.lastIndexOf("vacant") > seen.indexOf("second:"));

        assertThat(seen)
                .filteredOn(line -> !line.equals("unknown"))
                .containsSubsequence("vacant", "first:one", "first:two", "second:", "vacant");
        observation.close();
        observation.close();
    }

    @Test
    final void shouldTellNothingWhenObservationIsClosed() throws InterruptedException {
        List<String> closed = new CopyOnWriteArrayList<>();
        List<String> open = new CopyOnWriteArrayList<>();
        Election election = harness.client("onlooker").election(NAME);
        Observation first = election.observe(event -> closed.add(describe(event)));
        election.observe(event -> open.add(describe(event)));
        eventually("Vacant", () -> closed.contains("vacant") && open.contains("vacant"));

        first.close();
        led(harness.client("first").election(NAME).campaign());
        eventually("The leader", () -> open.contains("first:"));

        assertThat(closed).doesNotContain("first:");
    }

    @Test
    final void shouldFindNobodyWhenNobodyStands() throws InterruptedException {
        Election election = harness.client("onlooker").election(NAME);

        assertThat(election.leader()).isEmpty();
        assertThat(election.candidates()).isEmpty();
        assertThat(get(election.leaderAsync())).isEmpty();
    }

    // ---- clients

    @Test
    final void shouldLeadManyElectionsOnOneSessionAndHandAllOver() throws InterruptedException {
        int many = 50;
        ElectionClient client = harness.client("first");
        ElectionClient successor = harness.client("second");
        List<Leadership> before = new ArrayList<>();
        List<Candidacy> waiting = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            before.add(led(client.election("many-" + i).campaign()));
        }
        for (int i = 0; i < many; i++) {
            waiting.add(successor.election("many-" + i).campaign());
        }
        waiting.forEach(this::awaitWaiting);

        client.close();

        for (int i = 0; i < many; i++) {
            Leadership after = led(waiting.get(i));
            assertThat(after.token().isNewerThan(before.get(i).token())).isTrue();
            assertThat(before.get(i).isValid()).isFalse();
            assertThat(before.get(i).revocation()).contains(RevocationCause.CLOSED);
        }
    }

    @Test
    final void shouldKeepOtherOfficesWhenOneIsResigned() throws InterruptedException {
        ElectionClient client = harness.client("first");
        Leadership kept = led(client.election("kept").campaign());
        Candidacy given = client.election("given").campaign();
        led(given);

        get(given.resign());

        long start = System.nanoTime();
        Eventually.until(
                harness.patience(),
                "Two times to live in the other office",
                () -> System.nanoTime() - start > harness.ttl().toNanos() * 2 || !kept.isValid());
        assertThat(kept.isValid()).isTrue();
        assertThat(kept.revocation()).isEmpty();
        assertThat(client.election("kept").leader()).map(CandidateInfo::token).contains(kept.token());
    }

    @Test
    final void shouldReleaseEverythingWhenClientIsClosed() throws InterruptedException {
        TermLog log = TermLog.quick();
        ElectionClient client = harness.client("first");
        Leadership before = led(client.election(NAME).campaign(with(log)));
        Candidacy second = second();

        client.close();
        client.close();

        assertThat(log.lines())
                .containsExactly(
                        "elected " + before.token().epoch(),
                        "revoked " + before.token().epoch() + " CLOSED");
        assertThat(client.health().status()).isEqualTo(ClientHealth.Status.CLOSED);
        assertThatThrownBy(() -> client.election(NAME).campaign()).isInstanceOf(IllegalStateException.class);
        led(second);
    }

    @Test
    final void shouldGiveTheSameElectionForTheSameName() {
        ElectionClient client = harness.client("first");

        assertThat(client.election(NAME)).isSameAs(client.election(NAME));
        assertThat(client.election(NAME).name()).isEqualTo(NAME);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", "a\nb", "a\u0000"})
    final void shouldRefuseBadNames(String name) {
        ElectionClient client = harness.client("first");

        assertThatThrownBy(() -> client.election(name)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> client.election("x".repeat(201))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    final void shouldEndEveryTermAndCountOnAboveWhenGenerationIsRaised() throws InterruptedException {
        ElectionClient client = harness.client("first");
        Candidacy candidacy = client.election(NAME).campaign();
        Leadership before = led(candidacy);
        ElectionClient operator = harness.client("operator");

        Generation raised = get(operator.admin().raiseGeneration(Optional.empty()));

        assertThat(raised.number()).isGreaterThan(before.token().generation());
        assertThat(get(before.whenRevoked())).isEqualTo(RevocationCause.ENTRY_DELETED);
        assertThat(get(operator.admin().generation())).isEqualTo(raised);
        eventually(
                "Another term",
                () -> candidacy.leadership().map(term -> term != before).orElse(false));
        Leadership after = led(candidacy);
        assertThat(after.token().generation()).isEqualTo(raised.number());
        assertThat(after.token().isNewerThan(before.token())).isTrue();
    }
}
