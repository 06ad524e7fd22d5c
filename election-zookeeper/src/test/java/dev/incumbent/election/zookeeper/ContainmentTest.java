package dev.incumbent.election.zookeeper;

import static dev.incumbent.testkit.adapter.Outcomes.PATIENCE;
import static dev.incumbent.testkit.adapter.Outcomes.done;
import static dev.incumbent.testkit.adapter.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.ElectionConfig;
import dev.incumbent.election.Stamp;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Renewal;
import dev.incumbent.election.spi.SystemTicker;
import dev.incumbent.embedded.zookeeper.ClientLink;
import dev.incumbent.embedded.zookeeper.Direction;
import dev.incumbent.embedded.zookeeper.EmbeddedZooKeeper;
import dev.incumbent.embedded.zookeeper.ZooKeeperExtension;
import dev.incumbent.testkit.adapter.Member;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * S2 on real servers: what renewals prove is never later than the moment at which another server removed the entry.
 *
 * <p>The client hangs on a follower that is cut off from its leader at the worst moment. Beside the rule in use runs what
 * weaker rules would have claimed from the same heartbeats: they must be caught.
 */
final class ContainmentTest {

    private static final Duration TICK = Duration.ofMillis(500);
    private static final Duration TTL = Duration.ofSeconds(4);
    private static final ElectionConfig TIMING = ElectionConfig.forTtl(TTL);

    @RegisterExtension
    static final ZooKeeperExtension ZOOKEEPER = ZooKeeperExtension.of(
            EmbeddedZooKeeper.builder().nodes(3).tickTime(TICK).syncLimit(20));

    private final EmbeddedZooKeeper ensemble = ZOOKEEPER.get();
    private RenewalChain withoutSpacing = new RenewalChain(0, null);
    private @Nullable Stamp lastBeat;

    @SuppressWarnings("NullAway.Init") // set before each test
    private ZooKeeperCoordinator coordinator;

    @SuppressWarnings("NullAway.Init")
    private ClientLink link;

    @SuppressWarnings("NullAway.Init")
    private ZooKeeper witness;

    @SuppressWarnings("NullAway.Init")
    private Member member;

    private int follower;

    @BeforeEach
    void open() throws Exception {
        follower = ensemble.followers().get(0);
        link = ensemble.newClientLink(follower);
        witness = Place.client(ensemble.directConnectString(ensemble.leader()));
        coordinator = (ZooKeeperCoordinator) ZooKeeperElections.builder()
                .connectString(link.connectString())
                .root("/containment-" + System.nanoTime())
                .tickTime(TICK)
                .coordinator(TIMING, SystemTicker.INSTANCE);
        withoutSpacing = new RenewalChain(0, null);
        member = new Member("held", coordinator);
    }

    @AfterEach
    void close() throws Exception {
        link.heal();
        ensemble.heal();
        coordinator.close();
        link.close();
        witness.close();
    }

    /** Lets time pass that the schedule asks for; nothing is synchronised by it. */
    private static void pass(Duration time) {
        long until = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < until) {
            LockSupport.parkNanos(until - System.nanoTime());
        }
    }

    private Renewal beat() {
        return beatUnlessDisconnected().orElseThrow(() -> new AssertionError("the beat was not confirmed"));
    }

    private Optional<Renewal> beatUnlessDisconnected() {
        Stamp sent = SystemTicker.INSTANCE.stamp();
        if (!(outcome(coordinator.renew(member.grant().id())) instanceof Outcome.Done<Renewal> done)) {
            return Optional.empty();
        }
        withoutSpacing.confirmed(sent, System.nanoTime(), null);
        lastBeat = sent;
        return Optional.of(done.value());
    }

    private List<Renewal> beats(int count) {
        List<Renewal> renewals = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            pass(coordinator.traits().minRenewSpacing().plusMillis(20));
            renewals.add(beat());
        }
        return renewals;
    }

    /** Completes with the instant at which a server of the majority has removed the entry. */
    private CompletableFuture<Long> gone(Entry entry) throws Exception {
        CompletableFuture<Long> gone = new CompletableFuture<>();
        witness.sync(entry.key());
        assertThat(witness.exists(entry.key(), event -> {
                    if (event.getType() == Watcher.Event.EventType.NodeDeleted) {
                        gone.complete(System.nanoTime());
                    }
                }))
                .isNotNull();
        return gone;
    }

    private static long claimedBy(@Nullable Stamp proven) {
        assertThat(proven).isNotNull();
        return (proven == null ? 0 : proven.nanos()) + TTL.toNanos();
    }

    private void assertContained(Renewal newest, long gone) {
        assertThat(gone - Member.deadlineNanos(newest))
                .as("nanoseconds from the deadline to the removal")
                .isPositive();
    }

    @Test
    void shouldEndBeforeTheEntryWhenFollowerIsCutOff() throws Exception {
        Entry entry = member.enrol("cut").entry();
        CompletableFuture<Long> gone = gone(entry);
        List<Renewal> renewals = beats(4);
        assertThat(renewals.get(3).countedFrom().nanosSince(renewals.get(1).countedFrom()))
                .as("the chain moves on")
                .isGreaterThan(2 * TICK.toNanos());

        ensemble.isolate(follower);

        assertContained(renewals.get(3), gone.get(30, TimeUnit.SECONDS));
    }

    @Test
    void shouldEndBeforeTheEntryWhenRequestsWereHeldAndFollowerIsCutOffOnceConfirmed() throws Exception {
        // Ours must hold in every run. The mutants are caught only if no ping of the leader falls between the beats and
        // the cut, and if the client keeps its connection through the silence, which a slow machine may miss.
        boolean caught = false;
        for (int run = 0; run < 5 && !caught; run++) {
            if (run > 0) {
                close();
                ensemble.awaitServing(PATIENCE);
                open();
            }
            caught = cutOnceConfirmedAfterSilence();
        }
        assertThat(caught)
                .as("one heartbeat, and three without spacing, claim too much")
                .isTrue();
    }

    /** Whether the entry went before the mutants' deadlines. */
    private boolean cutOnceConfirmedAfterSilence() throws Exception {
        Entry entry = member.enrol("requests-held").entry();
        CompletableFuture<Long> gone = gone(entry);
        beats(3);
        link.holdRequests();
        pass(Duration.ofMillis(2200));
        link.release();

        Optional<Renewal> first = beatUnlessDisconnected();
        Optional<Renewal> second = beatUnlessDisconnected();
        if (first.isEmpty() || second.isEmpty()) {
            return false;
        }
        ensemble.isolate(follower);

        long removed = gone.get(30, TimeUnit.SECONDS);
        assertContained(second.get(), removed);
        return removed - claimedBy(lastBeat) < 0 && removed - claimedBy(withoutSpacing.proven()) < 0;
    }

    @Test
    void shouldEndBeforeTheEntryWhenRepliesAreHeldWhileFollowerIsCutOff() throws Exception {
        Entry entry = member.enrol("replies-held").entry();
        CompletableFuture<Long> gone = gone(entry);
        List<Renewal> renewals = beats(3);
        pass(coordinator.traits().minRenewSpacing());
        link.holdFrom(Direction.TO_CLIENT, frame -> frame.is("multi"));
        Stamp sent = SystemTicker.INSTANCE.stamp();
        var late = coordinator.renew(member.grant().id());
        link.awaitHeld(Direction.TO_CLIENT, frame -> frame.is("multi"), PATIENCE);
        link.deliver(Direction.TO_CLIENT, 1);
        Awaitility.await().atMost(PATIENCE).until(() -> link.held(Direction.TO_CLIENT).stream()
                .anyMatch(frame -> frame.is("multi")));

        ensemble.isolate(follower);
        pass(Duration.ofSeconds(1));
        link.release();

        Renewal renewal = done(late);
        assertThat(renewal.countedFrom().nanosSince(sent))
                .as("not from its own send")
                .isNegative();
        assertThat(renewal.countedFrom().nanosSince(renewals.get(2).countedFrom()))
                .isPositive();
        assertContained(renewal, gone.get(30, TimeUnit.SECONDS));
    }

    @Test
    void shouldCountFromTheNewConnectionOnceABeatOnItWasConfirmed() throws Exception {
        member.enrol("reconnect");
        List<Renewal> renewals = beats(2);
        Stamp before = SystemTicker.INSTANCE.stamp();

        link.reset();
        member.await("unreachable");
        member.await("reachable");
        Renewal renewal = done(coordinator.renew(member.grant().id()));

        assertThat(renewal.countedFrom().nanosSince(before))
                .as("later than what two beats on the old connection prove")
                .isPositive();
        assertThat(renewal.countedFrom().nanosSince(renewals.get(1).countedFrom()))
                .isPositive();
        assertThat(SystemTicker.INSTANCE.stamp().nanosSince(renewal.countedFrom()))
                .isPositive();
    }

    @Test
    void shouldEndBeforeTheEntryWhenReconnectingToAFollowerThatIsCutOff() throws Exception {
        Entry entry = member.enrol("reconnect-cut").entry();
        CompletableFuture<Long> gone = gone(entry);
        List<Renewal> renewals = beats(3);
        link.reset();
        member.await("reachable");
        renewals.add(done(coordinator.renew(member.grant().id())));

        ensemble.isolate(follower);

        assertContained(renewals.get(3), gone.get(30, TimeUnit.SECONDS));
    }
}
