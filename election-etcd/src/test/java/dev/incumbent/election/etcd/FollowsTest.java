package dev.incumbent.election.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.Generation;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.SessionId;
import dev.incumbent.testkit.adapter.Member;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** By which watches entries are followed where the server refuses the one over all of them. */
final class FollowsTest {

    private static final String DENIED = "rpc error: code = PermissionDenied desc = etcdserver: permission denied";

    private final ScriptedServer server = new ScriptedServer();
    private final Ground ground = new Ground(server.cluster(), new Layout("/root", Map.of()));
    private final Views views = new Views(ground);
    private final WatchHub hub = new WatchHub(server.cluster());
    private final GenerationKeeper generations = new GenerationKeeper(ground, hub, TimeUnit.HOURS.toNanos(1));

    @AfterEach
    void close() {
        server.close();
    }

    private List<String> follow(Follows follows, String name) {
        List<String> heard = new CopyOnWriteArrayList<>();
        server.onLoop(() -> {
            Entry own = new Entry(
                    name, new SessionId("c"), "/root/elections/" + name + "/c", 62, new Generation(new UUID(1, 1), 0));
            String ahead = "/root/elections/" + name + "/a";
            views.seen(own, KeyValue.newBuilder().setKey(Layout.key(ahead)).build(), null, 62);
            follows.follow(own, Optional.of(ahead), Member.sink(heard));
        });
        return heard;
    }

    private List<WatchCreateRequest> asked() {
        List<WatchCreateRequest> asked = new ArrayList<>();
        server.calls("Watch").forEach(call -> call.sent().stream()
                .map(WatchRequest.class::cast)
                .filter(WatchRequest::hasCreateRequest)
                .forEach(request -> asked.add(request.getCreateRequest())));
        return asked;
    }

    private void answer(long id, boolean refuse) {
        WatchResponse.Builder created = WatchResponse.newBuilder()
                .setHeader(ResponseHeader.newBuilder().setClusterId(1).setRevision(62))
                .setWatchId(id)
                .setCreated(true);
        server.tell((refuse ? created.setCanceled(true).setCancelReason(DENIED) : created).build());
    }

    @ParameterizedTest
    @EnumSource(names = {"AUTO", "RANGE"})
    void shouldWatchEachEntryAloneWhenTheRangeIsRefusedAndNotAskForItAgain(EtcdFollowing mode) {
        Follows follows = new Follows(ground, views, hub, generations, mode);
        int ids = 0;
        List<List<String>> before = new ArrayList<>();
        int first = mode == EtcdFollowing.RANGE ? 1 : Follows.MANY;
        for (int i = 0; i < first; i++) {
            before.add(follow(follows, "early-" + i));
        }
        for (WatchCreateRequest request : asked()) {
            answer(ids++, !request.getRangeEnd().isEmpty());
        }
        before.forEach(heard -> Member.await(heard, "broken"));

        for (int i = 0; i < 2 * Follows.MANY; i++) {
            follow(follows, "late-" + i);
        }

        List<WatchCreateRequest> asked = asked();
        assertThat(asked)
                .filteredOn(request -> !request.getRangeEnd().isEmpty())
                .as("the range")
                .hasSize(1);
        assertThat(asked.subList(asked.size() - 4 * Follows.MANY, asked.size()))
                .as("two for each entry")
                .allMatch(request -> request.getRangeEnd().isEmpty());
    }
}
