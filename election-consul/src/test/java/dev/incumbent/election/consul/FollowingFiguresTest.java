package dev.incumbent.election.consul;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.CandidateId;
import dev.incumbent.election.ElectionConfig;
import dev.incumbent.election.spi.Coordinator;
import dev.incumbent.election.spi.EnrolRequest;
import dev.incumbent.election.spi.Enrolment;
import dev.incumbent.election.spi.FollowSink;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.SessionGrant;
import dev.incumbent.election.spi.Standing;
import dev.incumbent.election.spi.SystemTicker;
import dev.incumbent.testkit.adapter.Outcomes;
import dev.incumbent.testkit.adapter.SilentSignals;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What the two ways of following cost: three clients stand in each of many elections, the leading one resigns from all. The
 * figures are in docs/adr/0012-consul-adapter.md.
 */
@Tag("soak")
final class FollowingFiguresTest {

    private static final ElectionConfig TIMING = ElectionConfig.forTtl(Duration.ofSeconds(30));

    private static final class Standee {
        final Tap tap = new Tap();
        final Coordinator coordinator;
        final SessionGrant grant;
        final CandidateId name;
        final List<Enrolment> entries = new ArrayList<>();

        Standee(Place place, String name, ConsulFollowing following) {
            this.name = new CandidateId(name);
            this.coordinator = place.builder().following(following).tap(tap).coordinator(TIMING, SystemTicker.INSTANCE);
            this.grant = Outcomes.eventuallyDone(() -> coordinator.openSession(new SilentSignals()));
        }

        void enter(int elections) {
            List<CompletionStage<Outcome<Enrolment>>> stages = new ArrayList<>();
            for (int i = 0; i < elections; i++) {
                stages.add(coordinator.enrol(new EnrolRequest(
                        "e-" + i, grant.id(), UUID.randomUUID(), name, new byte[0], grant.generation())));
            }
            stages.forEach(stage -> entries.add(Outcomes.done(stage)));
        }

        CountDownLatch follow() {
            CountDownLatch over = new CountDownLatch(entries.size());
            for (Enrolment enrolment : entries) {
                Optional<String> ahead = enrolment.standing() instanceof Standing.Behind behind
                        ? Optional.of(behind.predecessor())
                        : Optional.empty();
                coordinator.follow(enrolment.entry(), ahead, counting(over));
            }
            return over;
        }

        void leave() {
            for (Enrolment enrolment : entries) {
                coordinator.withdraw(enrolment.entry());
            }
        }
    }

    private static FollowSink counting(CountDownLatch over) {
        return new FollowSink() {
            @Override
            public void predecessorGone() {
                over.countDown();
            }

            @Override
            public void predecessorOrphaned(Duration holderTtl) {}

            @Override
            public void ownGone() {}

            @Override
            public void broken(String reason) {
                // Only at the end.
            }
        };
    }

    @ParameterizedTest
    @CsvSource({
        "PREDECESSORS, 1",
        "PREDECESSORS, 16",
        "PREDECESSORS, 32",
        "TREE, 1",
        "TREE, 16",
        "TREE, 32",
        "TREE, 1000"
    })
    void shouldTellWhatFollowingCosts(ConsulFollowing following, int elections) throws Exception {
        try (Servers servers = Servers.realAsShipped()) {
            Place place = new Place(servers.endpoints());
            Standee leader = new Standee(place, "leader", following);
            Standee heir = new Standee(place, "heir", following);
            Standee bystander = new Standee(place, "bystander", following);
            long begun = System.nanoTime();
            for (Standee standee : List.of(leader, heir, bystander)) {
                standee.enter(elections);
            }
            long entered = System.nanoTime() - begun;
            String entering = leader.tap.take().toString();
            CountDownLatch over = heir.follow();
            bystander.follow();
            leader.follow();
            TimeUnit.SECONDS.sleep(2);
            heir.tap.take();
            bystander.tap.take();
            heir.tap.takeBytes();
            bystander.tap.takeBytes();

            begun = System.nanoTime();
            leader.leave();
            assertThat(over.await(60, TimeUnit.SECONDS)).isTrue();
            long taken = System.nanoTime() - begun;
            TimeUnit.SECONDS.sleep(1);

            System.out.printf(
                    "%s E=%d: three entered in %d ms with %s; took over in %d ms; heir %s, %d KiB, %d polls at most; bystander %s, %d KiB%n",
                    following,
                    elections,
                    entered / 1_000_000,
                    entering,
                    taken / 1_000_000,
                    heir.tap.take(),
                    heir.tap.takeBytes() / 1024,
                    heir.tap.mostPolling(),
                    bystander.tap.take(),
                    bystander.tap.takeBytes() / 1024);
            for (Standee standee : List.of(leader, heir, bystander)) {
                standee.coordinator.close();
            }
            place.close();
        }
    }
}
