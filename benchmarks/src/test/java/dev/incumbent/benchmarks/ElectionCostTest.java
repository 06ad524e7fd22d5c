package dev.incumbent.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.embedded.zookeeper.EmbeddedZooKeeper;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * C1 and C2 by count, on a real server: what a campaign and a handoff cost. LeaderLatch stands beside as the proof that the
 * counters see what is not wanted: each figure that holds for us differs there.
 */
final class ElectionCostTest {

    private static final Duration TTL = Duration.ofMinutes(10);
    private static final Recipe INCUMBENT = IncumbentRecipe.zookeeper(TTL);
    private static final Recipe LATCH = new LatchRecipe(TTL);

    private static EmbeddedZooKeeper zk;
    private static CostCounter incumbent;
    private static CostCounter latch;

    @BeforeAll
    static void start() {
        zk = EmbeddedZooKeeper.builder()
                .nodes(1)
                .sessionTimeouts(Duration.ofSeconds(1), TTL)
                .start();
        incumbent = new CostCounter(zk, INCUMBENT, 11);
        latch = new CostCounter(zk, LATCH, 3);
    }

    @AfterAll
    static void stop() {
        latch.close();
        incumbent.close();
        zk.close();
    }

    @Test
    void shouldCommitOnceAndWaitOnceWhenCampaigningOnAnExistingPath() {
        incumbent.campaign(0, "existing");

        Cost cost = incumbent.campaign(0, "existing");

        assertThat(cost.writes()).isEqualTo(1);
        // The entry and the view go out together; the watch on the own node is not waited for.
        assertThat(cost.requests()).isEqualTo(Map.of("multi", 1L, "getChildren", 1L, "getData", 1L));
        assertThat(cost.notifications()).isZero();
        assertThat(incumbent.roundTripsOfCampaign(0, "existing")).isEqualTo(1);
    }

    @Test
    void shouldWaitOnceWhenCampaigningForTheFirstTimeOnAPathOfOthers() {
        incumbent.campaign(0, "made-by-another");

        assertThat(incumbent.campaign(1, "made-by-another").writes()).isEqualTo(1);
        incumbent.campaign(0, "made-by-another-too");
        assertThat(incumbent.roundTripsOfCampaign(1, "made-by-another-too")).isEqualTo(1);
    }

    @Test
    void shouldWaitTwiceWhenCampaigningOnANewPath() {
        assertThat(incumbent.campaign(0, "new").writes()).isEqualTo(3); // the refused entry, the path and the entry
        assertThat(incumbent.roundTripsOfCampaign(0, "new-too")).isEqualTo(2);
    }

    @Test
    void shouldCommitOnceAndReadNothingWhenHandingOffToTheOnlyWaiter() {
        HandoffQueue queue = new HandoffQueue("one-waiter", incumbent.candidates(2));

        Cost cost = incumbent.handOff(queue);

        assertThat(cost.writes()).isEqualTo(1);
        assertThat(cost.heirRequests()).isEmpty();
        assertThat(cost.requests()).isEqualTo(Map.of("delete", 1L));
        assertThat(incumbent.roundTripsOfHeir(queue)).isZero();
        queue.dissolve();
    }

    @Test
    void shouldCostTheSameWhenTwoOrTenWait() {
        Cost two = handOffInALongRunningQueue(2);
        Cost ten = handOffInALongRunningQueue(10);

        assertThat(ten).isEqualTo(two);
        // The deletion; a look at queue and generation in the uninterrupted stream; the watch on the own node.
        assertThat(ten.writes()).isEqualTo(1);
        assertThat(ten.requests()).isEqualTo(Map.of("delete", 1L, "getChildren", 1L, "getData", 2L));
        assertThat(ten.notifications()).isLessThanOrEqualTo(2);
    }

    /** Everybody's predecessor when it entered has left by then, and its predecessor too. */
    private static Cost handOffInALongRunningQueue(int waiters) {
        List<CostCounter.Linked> candidates = incumbent.candidates(waiters + 1);
        HandoffQueue queue = new HandoffQueue("long-running-" + waiters, candidates);
        incumbent.handOff(queue);
        incumbent.handOff(queue);
        Cost cost = incumbent.handOff(queue);
        queue.dissolve();
        return cost;
    }

    @Test
    void shouldSeeMoreRoundTripsWhenLeaderLatchDoesTheSame() {
        latch.campaign(0, "existing");
        assertThat(latch.roundTripsOfCampaign(0, "existing")).isGreaterThan(1);

        HandoffQueue queue = new HandoffQueue("queue", latch.candidates(2));
        assertThat(latch.handOff(queue).heirRequests()).isNotEmpty();
        assertThat(latch.roundTripsOfHeir(queue)).isPositive();
        queue.dissolve();
    }
}
