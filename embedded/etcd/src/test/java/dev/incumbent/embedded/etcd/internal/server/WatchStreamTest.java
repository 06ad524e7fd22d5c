package dev.incumbent.embedded.etcd.internal.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.incumbent.embedded.etcd.internal.store.Caller;
import dev.incumbent.embedded.etcd.internal.store.EtcdMachine;
import dev.incumbent.embedded.etcd.wire.CompactionRequest;
import dev.incumbent.embedded.etcd.wire.Event;
import dev.incumbent.embedded.etcd.wire.KeyValue;
import dev.incumbent.embedded.etcd.wire.WatchCreateRequest;
import dev.incumbent.embedded.etcd.wire.WatchResponse;
import dev.incumbent.embedded.etcd.wire.command.Command;
import dev.incumbent.embedded.raft.RaftNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** What a stream holds for a client that does not read, and that nothing is lost by it. */
class WatchStreamTest {

    private static final int VALUE_BYTES = 1_000;

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final LocalNode node = new LocalNode();
    private final Hub hub = new Hub();
    private final FakeOutput<WatchResponse> client = new FakeOutput<>();
    private final Backend backend = new Backend(node, new Identity(1, List.of(2L)), TestSettings.settings(), timer);
    private final StreamOutput<WatchResponse> output = new StreamOutput<>(client, Runnable::run, this::feed);
    private final WatchStream stream = new WatchStream(backend, hub, output);

    WatchStreamTest() {
        node.addListener(new RaftNode.Listener<>() {
            @Override
            public void applied(EtcdMachine machine, long index) {
                hub.applied(machine);
            }
        });
    }

    private boolean feeding;

    /** As the server does, but on the spot: not while it is being done. */
    private void feed() {
        if (stream.hungry() && !feeding) {
            feeding = true;
            stream.feed(node.machine());
            feeding = false;
        }
    }

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    private void watch(String prefix, long start) {
        stream.create(
                node.machine(),
                WatchCreateRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(prefix))
                        .setRangeEnd(
                                KeyRange.prefix(ByteString.copyFromUtf8(prefix)).end())
                        .setStartRevision(start)
                        .build(),
                Caller.NOBODY);
    }

    private List<Long> revisions(long watchId) {
        List<Long> revisions = new ArrayList<>();
        client.taken().stream()
                .filter(response -> response.getWatchId() == watchId)
                .forEach(response -> response.getEventsList()
                        .forEach(event -> revisions.add(event.getKv().getModRevision())));
        return revisions;
    }

    private static List<Long> range(long from, long to) {
        return LongStream.rangeClosed(from, to).boxed().toList();
    }

    @Test
    void shouldHoldNoMoreThanItsBoundWhenTheClientDoesNotRead() {
        watch("a", 0);
        long held = 0;
        for (int i = 0; i < 5_000; i++) {
            node.put("a" + i, VALUE_BYTES);
            held = Math.max(held, output.backlog());
        }
        assertThat(held).isBetween(WatchStream.MAX_BACKLOG_BYTES, WatchStream.MAX_BACKLOG_BYTES + 2 * VALUE_BYTES);
        assertThat(hub.size()).isZero();

        for (int i = 0; i < 5_001 && revisions(0).size() < 5_000; i++) {
            client.take(1);
            assertThat(output.backlog()).isLessThanOrEqualTo(WatchStream.MAX_BACKLOG_BYTES + 2 * VALUE_BYTES);
        }
        assertThat(revisions(0)).isEqualTo(range(2, 5_001));
        client.take(1_000);
        node.put("a", 1);
        assertThat(revisions(0)).endsWith(5_002L);
        assertThat(hub.size()).isEqualTo(1);
    }

    @Test
    void shouldFeedManyWatchesThatBeganInThePastWithoutHoldingTheHistory() {
        for (int i = 0; i < 2_000; i++) {
            node.put("a" + i, VALUE_BYTES);
        }
        for (int i = 0; i < 20; i++) {
            watch("a", 2 + i * 100L);
        }
        long held = 0;
        while (hub.size() < 20) {
            client.take(1);
            held = Math.max(held, output.backlog());
        }
        client.take(10_000);
        // One batch of the history for each of them.
        assertThat(held).isLessThan(20 * 2 * 128 * 1024);
        for (int i = 0; i < 20; i++) {
            assertThat(revisions(i)).isEqualTo(range(2 + i * 100L, 2_001));
        }
    }

    @RepeatedTest(5)
    void shouldTellEachWatchEveryRevisionOnceInOrderHoweverTheClientReads() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        List<Long> starts = new ArrayList<>();
        int[] appetite = {0, 0, 1, 3, 200};
        for (int i = 0; i < 3_000; i++) {
            if (i % 100 == 0 && starts.size() < 20) {
                long newest = node.machine().revision();
                long start = random.nextBoolean() ? newest + 1 + random.nextInt(50) : 2 + random.nextInt((int) newest);
                starts.add(start);
                watch("a", start);
            }
            node.put("a", VALUE_BYTES);
            client.take(appetite[random.nextInt(appetite.length)] * random.nextInt(2));
        }
        for (int i = 0; i < 1_000; i++) {
            client.take(1_000);
        }
        long newest = node.machine().revision();
        for (int id = 0; id < starts.size(); id++) {
            assertThat(revisions(id)).as("watch %s, seed %s", id, seed).isEqualTo(range(starts.get(id), newest));
        }
    }

    @Test
    void shouldCancelAWatchWhoseHistoryWasCompactedWhileItLagged() {
        watch("a", 0);
        for (int i = 0; i < 1_000; i++) {
            node.put("a", VALUE_BYTES);
        }
        long newest = node.machine().revision();
        node.apply(Command.newBuilder()
                .setCompact(CompactionRequest.newBuilder().setRevision(newest))
                .build());
        client.take(2_000);
        WatchResponse last = client.taken().get(client.taken().size() - 1);
        assertThat(last.getCanceled()).isTrue();
        assertThat(last.getCompactRevision()).isEqualTo(newest);
        assertThat(revisions(0)).isEqualTo(range(2, 1 + revisions(0).size()));
        assertThat(stream.hungry()).isFalse();
    }

    @Test
    void shouldLeaveNothingBehindWhenItIsClosed() {
        watch("a", 0);
        watch("a", 100);
        watch("b", 0);
        assertThat(hub.size()).isEqualTo(3);
        stream.close();
        assertThat(hub.size()).isZero();
        node.put("a", 1);
        client.take(100);
        assertThat(revisions(0)).isEmpty();
    }

    @Test
    void shouldNotSayHowFarItIsWhileItLags() {
        node.put("a", 1);
        client.take(1);
        watch("a", 2);
        stream.progress(node.machine());
        client.take(10);
        assertThat(client.taken()).noneMatch(response -> response.getWatchId() == -1);
        stream.progress(node.machine());
        assertThat(client.taken().get(client.taken().size() - 1).getWatchId()).isEqualTo(-1);
        assertThat(client.ended()).isFalse();
    }

    /** The limit of etcd: its requests' and 512 KB. */
    @Test
    void shouldCutAResponseOnlyWhereEtcdDoes() {
        WatchResponse.Builder response = WatchResponse.newBuilder().setWatchId(1);
        for (int i = 0; i < 20; i++) {
            response.addEvents(
                    Event.newBuilder().setKv(KeyValue.newBuilder().setValue(ByteString.copyFrom(new byte[100_000]))));
        }
        assertThat(WatchStream.fragments(response.build())).hasSize(1);
        response.addAllEvents(response.getEventsList());
        List<WatchResponse> parts = WatchStream.fragments(response.build());
        assertThat(parts).extracting(WatchResponse::getFragment).containsExactly(true, false);
        assertThat(parts).extracting(WatchResponse::getEventsCount).containsExactly(20, 20);
        assertThat(parts).allMatch(part -> part.getSerializedSize() < 2 * 1024 * 1024);
    }
}
