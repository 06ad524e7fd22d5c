package dev.incumbent.election.consul;

import dev.incumbent.election.CandidateInfo;
import dev.incumbent.election.spi.Enrolment;
import dev.incumbent.election.spi.ObservationSink;
import dev.incumbent.election.spi.Subscription;
import dev.incumbent.election.spi.SystemTicker;
import dev.incumbent.testkit.adapter.Member;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** The follow that makes too many of them, while others end. */
final class ChangeToTreeTest extends EmbeddedTest {

    private static final ObservationSink DEAF = new ObservationSink() {
        @Override
        public void head(Optional<CandidateInfo> head) {}

        @Override
        public void broken(String reason) {}
    };

    @Test
    void shouldReportWhenObservationsEndWhileAllChangeToOnePoll() {
        ConsulCoordinator coordinator =
                (ConsulCoordinator) place().coordinator(place().builder(), SystemTicker.INSTANCE);
        Member member = new Member("ours", coordinator);
        Enrolment own = member.enrol("followed");
        List<Subscription> observations = new ArrayList<>();
        for (int i = 1; i < Follows.MANY; i++) {
            observations.add(coordinator.observe("observed-" + i, DEAF));
        }
        List<String> heard = new CopyOnWriteArrayList<>();
        CountDownLatch held = new CountDownLatch(1);
        coordinator.loop().execute(() -> {
            try {
                held.await();
            } catch (InterruptedException interrupt) {
                Thread.currentThread().interrupt();
            }
        });

        member.follow(own, heard);
        observations.forEach(Subscription::close);
        held.countDown();
        place().delete(own.entry());

        Member.await(heard, "ownGone");
    }
}
