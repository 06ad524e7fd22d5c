package dev.incumbent.election.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.Candidacy;
import dev.incumbent.election.ElectionClient;
import dev.incumbent.election.spi.SystemTicker;
import dev.incumbent.testkit.adapter.Member;
import io.etcd.jetcd.api.KeyValue;
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
final class ManyElectionsTest {

    private static final int ELECTIONS = 1_000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

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

    private static void awaitQueued(Place place, int entries) {
        Awaitility.await().atMost(PATIENCE).until(() -> entries(place).size() == entries);
    }

    private static List<KeyValue> entries(Place place) {
        return place.outside().below(place.layout().elections());
    }

    private static long threads(String prefix) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith(prefix))
                .count();
    }

    @Test
    void shouldNeedOneLeaseAndTwoStreamsForAThousandElections() throws Exception {
        try (Servers servers = Servers.embedded(1)) {
            Place place = new Place(servers.endpoints());
            try {
                new Member("lays the ground", place.connect(SystemTicker.INSTANCE));
                Tap first = new Tap();
                Tap second = new Tap();
                long threads = threads("incumbent-etcd");
                ElectionClient leader =
                        place.builder().interceptor(first).candidateId("leader").build();
                List<Candidacy> inOffice = stand(leader);
                awaitLeading(inOffice);
                ElectionClient heir =
                        place.builder().interceptor(second).candidateId("heir").build();
                List<Candidacy> waiting = stand(heir);
                awaitQueued(place, 2 * ELECTIONS);

                assertThat(entries(place)).extracting(KeyValue::getLease).hasSize(2 * ELECTIONS);
                assertThat(entries(place).stream().map(KeyValue::getLease).distinct())
                        .as("leases")
                        .hasSize(2);
                for (Tap tap : List.of(first, second)) {
                    assertThat(tap.opened()).containsEntry("LeaseGrant", 1);
                    assertThat(tap.opened().get("Txn")).as("requests to enter").isLessThan(ELECTIONS / 4);
                    assertThat(tap.opened().get("Watch")).as("watch streams").isEqualTo(1);
                }
                // The election thread, the adapter's thread and the callbacks of the moment.
                assertThat(threads("incumbent-etcd") - threads).as("threads").isLessThan(20);
                atRest(first);

                second.reset();
                leader.close();
                awaitLeading(waiting);

                Map<String, Integer> requests = second.sent();
                assertThat(requests.getOrDefault("Txn", 0))
                        .as("requests to take over")
                        .isZero();
                heir.close();
            } finally {
                place.close();
            }
        }
    }

    /** Over two intervals nothing goes by but keep-alives and as many probes of the watch stream. */
    private static void atRest(Tap tap) {
        Awaitility.await().atMost(PATIENCE).until(() -> tap.sent().containsKey("LeaseKeepAlive"));
        Awaitility.await().atMost(PATIENCE).until(() -> {
            tap.reset();
            return Awaitility.await()
                    .atMost(PATIENCE)
                    .until(tap::sent, sent -> sent.getOrDefault("LeaseKeepAlive", 0) == 2)
                    .keySet()
                    .stream()
                    .allMatch(method -> method.equals("LeaseKeepAlive") || method.equals("Watch PROBE"));
        });
        // A probe is a watch that is made and given up.
        assertThat(tap.sent().getOrDefault("Watch PROBE", 0)).isLessThanOrEqualTo(6);
    }
}
