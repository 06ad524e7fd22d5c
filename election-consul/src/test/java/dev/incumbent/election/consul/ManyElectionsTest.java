package dev.incumbent.election.consul;

import static org.assertj.core.api.Assertions.assertThat;

import com.ecwid.consul.v1.kv.model.GetValue;
import dev.incumbent.election.Candidacy;
import dev.incumbent.election.ElectionClient;
import dev.incumbent.election.spi.SystemTicker;
import dev.incumbent.testkit.adapter.Member;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** A thousand elections in one client (C3): what is there of each kind, and what goes by. */
@Isolated("counts the threads of this adapter in the whole process")
class ManyElectionsTest {

    private static final int ELECTIONS = 1_000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    Servers servers() {
        return Servers.embedded(1);
    }

    private static List<Candidacy> stand(ElectionClient client) {
        List<Candidacy> candidacies = new ArrayList<>();
        for (int i = 0; i < ELECTIONS; i++) {
            candidacies.add(client.election("e-" + i).campaign());
        }
        return candidacies;
    }

    private static void awaitLeading(List<Candidacy> candidacies) {
        candidacies.forEach(candidacy -> {
            try {
                candidacy.whenLeading().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            } catch (Exception failure) {
                throw new AssertionError("not elected", failure);
            }
        });
    }

    private static List<GetValue> entries(Place place) {
        return place.outside().below(place.layout().elections());
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("incumbent-consul"))
                .count();
    }

    private static ElectionClient client(Place place, String name, Tap tap) {
        // Thousands of entries are more than a short time to live allows for on a busy machine.
        return place.builder()
                .leaseTtl(Duration.ofSeconds(15))
                .tap(tap)
                .candidateId(name)
                .build();
    }

    @Test
    void shouldNeedOneSessionAndFewConnectionsForAThousandElections() throws Exception {
        try (Servers servers = servers()) {
            Place place = new Place(servers.endpoints());
            try {
                new Member("lays the ground", place.connect(SystemTicker.INSTANCE));
                Tap first = new Tap();
                Tap second = new Tap();
                long threads = threads();
                ElectionClient leader = client(place, "leader", first);
                awaitLeading(stand(leader));
                ElectionClient heir = client(place, "heir", second);
                List<Candidacy> waiting = stand(heir);
                Awaitility.await().atMost(PATIENCE).until(() -> entries(place).size() == 2 * ELECTIONS);

                assertThat(entries(place).stream().map(GetValue::getSession).distinct())
                        .as("sessions")
                        .hasSize(2);
                for (Tap tap : List.of(first, second)) {
                    Map<String, Integer> requests = tap.take();
                    assertThat(requests).containsEntry("session", 1);
                    assertThat(requests.get("write")).as("requests to enter").isLessThan(ELECTIONS / 10);
                    assertThat(tap.mostPolling())
                            .as("connections that wait, of the 200 that an agent takes from one address")
                            .isLessThanOrEqualTo(2 * Follows.MANY + 2);
                }
                // Each has the election thread, the adapter's, two for HTTP, its selector, and the callbacks of the
                // moment.
                assertThat(threads() - threads).as("threads").isLessThan(24);
                Awaitility.await().atMost(PATIENCE).until(() -> second.polling() <= 2 || second.isQuiet());

                second.take();
                leader.close();
                awaitLeading(waiting);

                assertThat(second.take().getOrDefault("read", 0))
                        .as("reads to take over")
                        .isLessThan(ELECTIONS / 20);
                heir.close();
                assertThat(entries(place)).as("left behind").isEmpty();
            } finally {
                place.close();
            }
        }
    }
}
