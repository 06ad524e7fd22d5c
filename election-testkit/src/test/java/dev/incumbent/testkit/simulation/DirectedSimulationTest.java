package dev.incumbent.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.Candidacy;
import dev.incumbent.election.CandidacyState;
import dev.incumbent.election.ElectionEvent;
import dev.incumbent.election.Ticker;
import dev.incumbent.election.spi.Ack;
import dev.incumbent.election.spi.Coordinator;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.SessionId;
import dev.incumbent.testkit.store.StoreStyle;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Stories with bounds: how long a handoff takes, and what must not end a term. */
class DirectedSimulationTest {

    private static final String ELECTION = "billing";
    private static final Duration MOMENT = Duration.ofMillis(200);

    static Stream<StoreStyle> styles() {
        return Stream.of(StoreStyle.etcd(), StoreStyle.zooKeeper(), StoreStyle.consul());
    }

    private static Candidacy candidacy(Member member) {
        Candidacy candidacy = member.candidacies().get(ELECTION);
        assertThat(candidacy).isNotNull();
        return candidacy;
    }

    /** L1 */
    @ParameterizedTest
    @MethodSource("styles")
    void shouldHandOverWithOneCommitWhenLeaderResigns(StoreStyle style) {
        Scene scene = new Scene(style);
        Member first = scene.join(ELECTION);
        Member second = scene.join(ELECTION);
        scene.join(ELECTION);
        assertThat(scene.leads(first, ELECTION)).isTrue();
        long commits = scene.store.entries().commits();

        candidacy(first).resign();

        Duration took = scene.runUntil(Duration.ofSeconds(2), () -> scene.leads(second, ELECTION));
        assertThat(took).isLessThan(MOMENT);
        assertThat(scene.store.entries().commits() - commits).isEqualTo(1);
        assertThat(candidacy(first).state()).isIn(CandidacyState.RELEASING, CandidacyState.CLOSED);
    }

    /** C2 */
    @Test
    void shouldNotifyOneWaiterAndReadNothingWhenManyWait() {
        Scene scene = new Scene(StoreStyle.etcd());
        for (int i = 0; i < 12; i++) {
            scene.join(ELECTION);
        }
        double before = scene.simulation.now() / 1e9;

        candidacy(scene.members.get(0)).resign();
        scene.runUntil(MOMENT, () -> scene.leads(scene.members.get(1), ELECTION));
        scene.runFor(MOMENT);

        List<String> since = scene.simulation.trace().lines().stream()
                .filter(line -> Double.parseDouble(line.substring(0, 12).trim()) >= before)
                .toList();
        assertThat(since).filteredOn(line -> line.contains("hears:")).hasSize(1);
        assertThat(since)
                .filteredOn(line -> line.contains("asks:") && !line.contains("renew"))
                .hasSize(1);
    }

    /** L2 */
    @ParameterizedTest
    @MethodSource("styles")
    void shouldHandOverWithinExpiryWhenLeaderCrashes(StoreStyle style) {
        Scene scene = new Scene(style);
        Member first = scene.join(ELECTION);
        Member second = scene.join(ELECTION);

        first.process().crash();

        // The store looks at its sessions every 0.8 s at most. An orphan's holder is given its whole time once more.
        Duration expiry = Scene.TTL.plusMillis(800).plus(MOMENT);
        Duration limit =
                style.orphansEntries() ? expiry.plus(Scene.TTL.multipliedBy(11).dividedBy(10)) : expiry;
        scene.runUntil(limit, () -> scene.leads(second, ELECTION));
    }

    /** L3 */
    @ParameterizedTest
    @MethodSource("styles")
    void shouldStandAgainWhenSessionIsLost(StoreStyle style) {
        Scene scene = new Scene(style);
        Member first = scene.join(ELECTION);
        Member second = scene.join(ELECTION);

        scene.store.expire(
                scene.store.entries().entries(ELECTION).get(0).entry().session());

        scene.runUntil(Scene.TTL.multipliedBy(2), () -> scene.leads(second, ELECTION));
        scene.runUntil(Scene.TTL, () -> candidacy(first).state() == CandidacyState.WAITING);
    }

    /** L4 */
    @ParameterizedTest
    @MethodSource("styles")
    void shouldKeepOfficeWhenCoordinatorFailsOverAndConnectionBreaksShortly(StoreStyle style) {
        assertThat(keepsOffice(new Scene(style))).isTrue();
    }

    /** What that story would look like if renewals were not tried for a while after one failed. */
    @Test
    void shouldLoseOfficeWhenACircuitBreakerStandsBeforeRenewals() {
        assertThat(keepsOffice(new Scene(StoreStyle.etcd(), Mutants.CIRCUIT_BREAKER)))
                .isFalse();
    }

    private static boolean keepsOffice(Scene scene) {
        Member first = scene.join(ELECTION);
        scene.join(ELECTION);
        scene.runFor(Duration.ofSeconds(20));
        Checker.Term before = scene.checker.leader(ELECTION);

        scene.store.failOver();
        first.connection().cut();
        scene.runFor(Duration.ofSeconds(3));
        assertThat(scene.leads(first, ELECTION)).isTrue();
        first.connection().heal();
        scene.runFor(Duration.ofSeconds(30));

        return scene.checker.leader(ELECTION) == before && candidacy(first).state() == CandidacyState.LEADING;
    }

    /** L5 */
    @Test
    void shouldRenewAndHandOverElsewhereWhenOneListenerIsStuck() {
        Scene scene = new Scene(StoreStyle.etcd());
        Member first = scene.join(ELECTION, "other");
        Member second = scene.join(ELECTION, "other");
        first.process().stuckCallbacks(1);
        Candidacy stuck = first.candidacies().get("other");
        assertThat(stuck).isNotNull();
        stuck.resign();
        scene.runFor(MOMENT);
        first.process().stuckCallbacks(0);

        scene.runFor(Duration.ofSeconds(4));
        assertThat(stuck.state()).isEqualTo(CandidacyState.DRAINING);
        assertThat(scene.leads(first, ELECTION)).isTrue();
        candidacy(first).requeue();
        Duration took = scene.runUntil(Duration.ofSeconds(2), () -> scene.leads(second, ELECTION));

        assertThat(took).isLessThan(Duration.ofSeconds(1));
        assertThat(stuck.state()).isEqualTo(CandidacyState.DRAINING);
        scene.runUntil(Duration.ofSeconds(60), () -> scene.leads(second, "other"));
    }

    /** S2: what becomes known late of one orphan must not shorten the time that the holder of the next is given. */
    @Test
    void shouldGiveEveryHolderItsTimeWhenTheAnswerAboutAnEarlierOrphanIsLost() {
        Scene scene = new Scene(StoreStyle.consul(), new Wiring() {
            @Override
            public Coordinator coordinator(Coordinator real, Ticker ticker) {
                return new DelegatingCoordinator(real) {
                    @Override
                    public CompletionStage<Outcome<Ack>> removeOrphan(Entry waiting, String orphan) {
                        super.removeOrphan(waiting, orphan);
                        return new CompletableFuture<>();
                    }
                };
            }
        });
        Member first = scene.join(ELECTION);
        Member second = scene.join(ELECTION);
        Member third = scene.join(ELECTION);
        List<SessionId> sessions = scene.store.entries().entries(ELECTION).stream()
                .map(entry -> entry.entry().session())
                .toList();
        second.process().crash();
        scene.store.expire(sessions.get(1));
        scene.runFor(Scene.TTL);
        first.connection().stall(Scene.TTL.multipliedBy(2).toNanos());
        scene.store.expire(sessions.get(0));

        scene.runUntil(Scene.TTL, () -> !scene.leads(first, ELECTION));
        scene.runUntil(Scene.TTL, () -> scene.leads(third, ELECTION));
    }

    /** S5, S2 */
    @Test
    void shouldEndOfficeAtDeadlineWhenCutOff() {
        Scene scene = new Scene(StoreStyle.etcd());
        Member first = scene.join(ELECTION);
        Member second = scene.join(ELECTION);
        first.connection().cut();

        scene.runUntil(Scene.TTL, () -> !scene.leads(first, ELECTION));
        assertThat(scene.leads(second, ELECTION)).isFalse();
        scene.runUntil(Scene.TTL, () -> scene.leads(second, ELECTION));
    }

    /** S2, S6 */
    @Test
    void shouldDoubtAndRecoverWhenMachineWasSuspendedShortly() {
        Scene scene = new Scene(StoreStyle.etcd());
        Member first = scene.join(ELECTION);
        scene.runFor(Duration.ofSeconds(5));
        Checker.Term before = scene.checker.leader(ELECTION);
        assertThat(before).isNotNull();

        first.process().pause();
        first.process().ticker().suspend();
        scene.runFor(Duration.ofSeconds(2));
        first.process().ticker().resume();
        first.process().goOn();

        assertThat(before.leadership.isValid()).isFalse();
        scene.runFor(MOMENT);
        assertThat(before.leadership.isValid()).isTrue();
        assertThat(scene.checker.leader(ELECTION)).isSameAs(before);
    }

    /** S6 */
    @Test
    void shouldTellObserverUnknownWhenCoordinatorCannotBeAsked() {
        Scene scene = new Scene(StoreStyle.etcd());
        Member first = scene.join(ELECTION);
        Member second = scene.join(ELECTION);
        scene.runFor(MOMENT);
        assertThat(observed(second)).isInstanceOf(ElectionEvent.Elected.class);

        second.connection().cut();
        scene.runFor(Duration.ofSeconds(8));
        assertThat(observed(second)).isInstanceOf(ElectionEvent.Unknown.class);
        candidacy(first).resign();
        second.connection().heal();

        scene.runUntil(
                Duration.ofSeconds(30),
                () -> observed(second) instanceof ElectionEvent.Elected elected
                        && elected.leader()
                                .payloadText()
                                .equals(second.process().name()));
    }

    private static ElectionEvent observed(Member member) {
        var observation = member.observations().get(ELECTION);
        assertThat(observation).isNotNull();
        return observation.current();
    }
}
