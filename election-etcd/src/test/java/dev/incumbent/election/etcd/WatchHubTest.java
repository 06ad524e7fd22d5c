package dev.incumbent.election.etcd;

import static dev.incumbent.testkit.adapter.Outcomes.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Signs of life on the watch stream, and who is told of its end. */
final class WatchHubTest {

    private final ScriptedServer server = new ScriptedServer(null, TimeUnit.MILLISECONDS.toNanos(200));
    private final WatchHub hub = new WatchHub(server.cluster());
    private final List<String> heard = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        server.close();
    }

    private void watch(String name) {
        server.onLoop(() -> hub.watch(name, null, 1, true, new WatchHub.Watcher() {
            @Override
            public void events(List<Event> events) {}

            @Override
            public void broken(String reason) {
                heard.add(name);
                if (name.equals("clumsy")) {
                    throw new IllegalStateException("on purpose");
                }
            }
        }));
    }

    private static WatchResponse.Builder message(long id) {
        return WatchResponse.newBuilder()
                .setHeader(ResponseHeader.newBuilder().setClusterId(1))
                .setWatchId(id);
    }

    private WatchRequest newest() {
        List<Object> sent = server.calls("Watch").get(0).sent();
        return (WatchRequest) sent.get(sent.size() - 1);
    }

    /** Newer releases leave a request for progress unanswered while a watch waits for its first event. */
    @Test
    void shouldAskForWhatEveryReleaseAnswersWhenItProbes() {
        watch("generation");
        server.tell(message(0).setCreated(true).build());

        server.onLoop(() -> hub.probe("generation"));

        assertThat(newest().hasCreateRequest()).as("a watch, not progress").isTrue();
        assertThat(newest().getCreateRequest().getKey()).isEqualTo(Layout.key("generation"));
        assertThat(newest().getCreateRequest().getFiltersCount())
                .as("it tells nothing")
                .isEqualTo(2);
        server.tell(message(7).setCreated(true).build());
        assertThat(newest().getCancelRequest().getWatchId()).isEqualTo(7);
        server.tell(message(7).setCanceled(true).build());
        assertThat(heard).isEmpty();
        assertThat(hub.size()).isEqualTo(1);
    }

    @Test
    void shouldTakeARefusalForASignOfLifeToo() {
        watch("generation");
        server.tell(message(0).setCreated(true).build());
        server.onLoop(() -> hub.probe("generation"));
        watch("next");

        server.tell(message(-1)
                .setCreated(true)
                .setCanceled(true)
                .setCancelReason("rpc error: code = InvalidArgument desc = etcdserver: revision of auth store is old")
                .build());
        server.tell(message(1).setCreated(true).build());

        assertThat(heard).isEmpty();
        assertThat(hub.size()).as("both watches stand").isEqualTo(2);
    }

    @Test
    void shouldTellAllWhenAProbeIsNotAnsweredAndOneOfThemFails() {
        watch("clumsy");
        watch("careful");
        server.tell(message(0).setCreated(true).build());
        server.tell(message(1).setCreated(true).build());

        server.onLoop(() -> hub.probe("generation"));

        Awaitility.await().atMost(PATIENCE).until(() -> heard.size() == 2);
        assertThat(heard).containsExactlyInAnyOrder("clumsy", "careful");
    }
}
