package dev.incumbent.election.etcd;

import static dev.incumbent.testkit.adapter.Outcomes.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.Candidacy;
import dev.incumbent.election.ElectionClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What both ways of following cost when a client takes over many elections; by hand, for docs/adr/0010-etcd-adapter.md. */
@Tag("soak")
final class FollowingFiguresTest {

    private static final Logger log = LoggerFactory.getLogger(FollowingFiguresTest.class);

    private static List<Candidacy> stand(ElectionClient client, int elections) {
        List<Candidacy> candidacies = new ArrayList<>();
        for (int i = 0; i < elections; i++) {
            candidacies.add(client.election("e-" + i).campaign());
        }
        return candidacies;
    }

    private static void awaitLeading(List<Candidacy> candidacies) throws Exception {
        for (Candidacy candidacy : candidacies) {
            candidacy.whenLeading().toCompletableFuture().get(20, TimeUnit.SECONDS);
        }
    }

    private static String sum(Map<String, Integer> counts, String... methods) {
        int sum = 0;
        for (String method : methods) {
            sum += counts.getOrDefault(method, 0);
        }
        return String.valueOf(sum);
    }

    @ParameterizedTest
    @CsvSource({
        "3.5,PREDECESSORS,1", "3.5,RANGE,1", "3.5,PREDECESSORS,16", "3.5,RANGE,16",
        "3.5,PREDECESSORS,1000", "3.5,RANGE,1000", "3.5,PREDECESSORS,5000", "3.5,RANGE,5000",
    })
    void shouldTakeOver(String series, EtcdFollowing following, int elections) throws Exception {
        try (Servers servers = Servers.real(series, 1)) {
            Place place = new Place(servers.endpoints(), false, options -> options.following(following));
            try {
                Tap tap = new Tap();
                Tap bystanderTap = new Tap();
                ElectionClient leader = place.builder().candidateId("leader").build();
                awaitLeading(stand(leader, elections));
                ElectionClient heir =
                        place.builder().interceptor(tap).candidateId("heir").build();
                List<Candidacy> waiting = stand(heir, elections);
                awaitQueued(place, 2 * elections);
                ElectionClient bystander = place.builder()
                        .interceptor(bystanderTap)
                        .candidateId("bystander")
                        .build();
                stand(bystander, elections);
                awaitQueued(place, 3 * elections);
                settle(place);
                tap.reset();
                bystanderTap.reset();

                long begun = System.nanoTime();
                place.outside().revoke(place.first("e-0").getLease());
                awaitLeading(waiting);
                long took = System.nanoTime() - begun;

                settle(place);
                log.error(
                        "etcd {} {} E={}: all taken over after {} ms; heir {} requests, {} watch messages; bystander {}"
                                + " requests, {} watch messages",
                        series,
                        following,
                        elections,
                        took / 1_000_000,
                        sum(tap.sent(), "Txn"),
                        sum(tap.received(), "Watch events"),
                        sum(bystanderTap.sent(), "Txn"),
                        sum(bystanderTap.received(), "Watch events"));
                assertThat(waiting).allMatch(candidacy -> candidacy.leadership().isPresent());
                heir.close();
                bystander.close();
                leader.close();
            } finally {
                place.close();
            }
        }
    }

    private static void awaitQueued(Place place, int entries) {
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> place.outside().below(place.layout().elections()).size() == entries);
    }

    /** What was sent before is answered, and watches that were asked for stand. */
    private static void settle(Place place) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> place.outside().revision() > 0 && System.nanoTime() - until > 0);
    }
}
