package dev.incumbent.election.zookeeper;

import static dev.incumbent.testkit.adapter.Outcomes.PATIENCE;
import static dev.incumbent.testkit.adapter.Outcomes.eventuallyDone;
import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.spi.Enrolment;
import dev.incumbent.election.spi.Standing;
import dev.incumbent.election.spi.SystemTicker;
import dev.incumbent.embedded.zookeeper.EmbeddedZooKeeper;
import dev.incumbent.embedded.zookeeper.ZooKeeperExtension;
import dev.incumbent.testkit.adapter.Member;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A quorum that is away for longer than the session timeout. */
final class LostQuorumTest {

    @RegisterExtension
    static final ZooKeeperExtension ZOOKEEPER = ZooKeeperExtension.of(
            EmbeddedZooKeeper.builder().nodes(3).tickTime(Place.TICK).syncLimit(10));

    private final EmbeddedZooKeeper ensemble = ZOOKEEPER.get();

    @Test
    void shouldKeepSessionsAndPlacesWhenQuorumWasLostForLong() throws Exception {
        Place place = new Place(ensemble);
        try {
            Member first = new Member("first", place.connect(SystemTicker.INSTANCE));
            Member second = new Member("second", place.connect(SystemTicker.INSTANCE));
            Enrolment head = first.enrol("patience");
            Enrolment behind = second.enrol("patience");
            List<Integer> killed = ensemble.followers();
            killed.forEach(ensemble::kill);
            second.await("unreachable");

            long until =
                    System.nanoTime() + Place.TIMING.leaseTtl().multipliedBy(2).toNanos();
            Awaitility.await().atMost(PATIENCE).until(() -> System.nanoTime() > until);
            killed.forEach(ensemble::restart);
            ensemble.awaitServing(PATIENCE);

            second.await("reachable");
            assertThat(eventuallyDone(() -> first.coordinator().standing(head.entry())))
                    .isEqualTo(new Standing.Head());
            assertThat(eventuallyDone(() -> second.coordinator().standing(behind.entry())))
                    .isEqualTo(behind.standing());
            assertThat(first.signals()).doesNotContain("lost");
            assertThat(second.signals()).doesNotContain("lost");
            assertThat(second.renew()
                            .countedFrom()
                            .nanosSince(second.grant().renewal().countedFrom()))
                    .isPositive();
        } finally {
            place.close();
        }
    }
}
