package dev.incumbent.embedded.etcd;

import static dev.incumbent.embedded.etcd.EtcdClient.bytes;
import static dev.incumbent.embedded.etcd.Stream.cancel;
import static dev.incumbent.embedded.etcd.Stream.key;
import static dev.incumbent.embedded.etcd.Stream.prefix;
import static dev.incumbent.embedded.etcd.Stream.progress;
import static dev.incumbent.embedded.etcd.Stream.watching;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import dev.incumbent.embedded.etcd.wire.DeleteRangeRequest;
import dev.incumbent.embedded.etcd.wire.Event;
import dev.incumbent.embedded.etcd.wire.PutRequest;
import dev.incumbent.embedded.etcd.wire.PutResponse;
import dev.incumbent.embedded.etcd.wire.RequestOp;
import dev.incumbent.embedded.etcd.wire.TxnRequest;
import dev.incumbent.embedded.etcd.wire.WatchCreateRequest.FilterType;
import dev.incumbent.embedded.etcd.wire.WatchRequest;
import dev.incumbent.embedded.etcd.wire.WatchResponse;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;

class WatchTest {

    @RegisterExtension
    static final EtcdExtension ETCD =
            EtcdExtension.of(EmbeddedEtcd.builder().nodes(1).progressInterval(Duration.ofMillis(50)));

    private final EtcdClient client = new EtcdClient(ETCD.get().endpoint(1));
    private final Stream<WatchRequest, WatchResponse> stream = Stream.watch(client);
    private String at = "";

    @BeforeEach
    void nameKeys(TestInfo test) {
        at = "/" + test.getTestMethod().orElseThrow().getName() + "/";
    }

    @AfterEach
    void close() {
        client.close();
    }

    @Test
    void shouldTellOfWhatHappensFromNowOn() throws Exception {
        client.put(at, "before");
        stream.send(watching(key(at)));
        WatchResponse created = stream.next();
        assertThat(created.getCreated()).isTrue();
        assertThat(created.getWatchId()).isZero();
        long put = client.put(at, "after").getHeader().getRevision();
        assertThat(created.getHeader().getRevision()).isEqualTo(put - 1);
        client.delete(at);

        WatchResponse first = stream.next();
        assertThat(first.getHeader().getRevision()).isEqualTo(put);
        assertThat(first.getEventsList()).singleElement().satisfies(event -> {
            assertThat(event.getType()).isEqualTo(Event.EventType.PUT);
            assertThat(event.getKv().getValue()).isEqualTo(bytes("after"));
            assertThat(event.hasPrevKv()).isFalse();
        });
        assertThat(stream.next().getEvents(0).getType()).isEqualTo(Event.EventType.DELETE);
    }

    @Test
    void shouldTellOfThePastFirstWhenItStartsThere() throws Exception {
        long first = client.put(at + 1, "").getHeader().getRevision();
        client.put(at + 2, "");
        stream.send(watching(prefix(at).setStartRevision(first)));
        assertThat(stream.next().getCreated()).isTrue();
        client.put(at + 3, "");
        assertThat(events(3).stream().map(event -> event.getKv().getKey()))
                .containsExactly(bytes(at + 1), bytes(at + 2), bytes(at + 3));
    }

    @Test
    void shouldWaitForTheFutureWhenItStartsThere() throws Exception {
        long now = client.put(at, "0").getHeader().getRevision();
        stream.send(watching(key(at).setStartRevision(now + 2)));
        stream.next();
        client.put(at, "1");
        client.put(at, "2");
        assertThat(stream.next().getEvents(0).getKv().getValue()).isEqualTo(bytes("2"));
    }

    @Test
    void shouldShowWhatWasThereBeforeWhenAsked() throws Exception {
        stream.send(watching(key(at).setPrevKv(true)));
        stream.next();
        client.put(at, "1");
        client.put(at, "2");
        client.delete(at);
        List<Event> events = events(3);
        assertThat(events.get(0).hasPrevKv()).isFalse();
        assertThat(events.get(1).getPrevKv().getValue()).isEqualTo(bytes("1"));
        assertThat(events.get(2).getPrevKv().getValue()).isEqualTo(bytes("2"));
    }

    @Test
    void shouldLeaveOutWhatIsFiltered() throws Exception {
        stream.send(watching(key(at).addFilters(FilterType.NOPUT)));
        stream.send(watching(key(at).addFilters(FilterType.NODELETE)));
        stream.next();
        stream.next();
        client.put(at, "");
        client.delete(at);
        assertThat(Map.of(0L, Event.EventType.DELETE, 1L, Event.EventType.PUT))
                .containsAllEntriesOf(typesOf(List.of(stream.next(), stream.next())));
    }

    private static Map<Long, Event.EventType> typesOf(List<WatchResponse> responses) {
        Map<Long, Event.EventType> types = new HashMap<>();
        responses.forEach(response ->
                types.put(response.getWatchId(), response.getEvents(0).getType()));
        assertThat(types).hasSize(responses.size());
        return types;
    }

    @Test
    void shouldNotSplitARevision() throws Exception {
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        for (int i = 0; i < 20; i++) {
            txn.addSuccess(RequestOp.newBuilder()
                    .setRequestPut(PutRequest.newBuilder()
                            .setKey(bytes(at + i))
                            .setValue(ByteString.copyFrom(new byte[50_000]))));
        }
        stream.send(watching(prefix(at)));
        stream.next();
        long revision = client.kv().txn(txn.build()).getHeader().getRevision();
        assertThat(stream.next().getEventsCount()).isEqualTo(20);
        stream.send(watching(prefix(at).setStartRevision(revision)));
        assertThat(stream.next().getCreated()).isTrue();
        assertThat(stream.next().getEventsCount()).isEqualTo(20);
    }

    @Test
    void shouldSplitARevisionOnlyWhenFragmentsAreWanted() throws Exception {
        long first = 0;
        for (int i = 0; i < 3; i++) {
            long revision = client.kv()
                    .put(PutRequest.newBuilder()
                            .setKey(bytes(at + i))
                            .setValue(ByteString.copyFrom(new byte[1_000_000]))
                            .build())
                    .getHeader()
                    .getRevision();
            first = first == 0 ? revision : first;
        }
        client.kv()
                .deleteRange(DeleteRangeRequest.newBuilder()
                        .setKey(bytes(at))
                        .setRangeEnd(bytes(at.substring(0, at.length() - 1) + "0"))
                        .build());
        stream.send(
                watching(prefix(at).setStartRevision(first + 3).setPrevKv(true).setFragment(true)));
        assertThat(stream.next().getCreated()).isTrue();
        List<WatchResponse> parts = List.of(stream.next(), stream.next());
        assertThat(parts).extracting(WatchResponse::getFragment).containsExactly(true, false);
        assertThat(parts).extracting(WatchResponse::getEventsCount).containsExactly(2, 1);
        assertThat(parts.get(1).getEvents(0).getPrevKv().getValue().size()).isEqualTo(1_000_000);
    }

    @Test
    void shouldNumberWatchesAndKeepTheNumbersThatClientsPick() throws Exception {
        stream.send(watching(key(at).setWatchId(1)));
        stream.send(watching(key(at)));
        stream.send(watching(key(at)));
        stream.send(watching(key(at).setWatchId(2)));
        assertThat(List.of(stream.next(), stream.next(), stream.next()))
                .extracting(WatchResponse::getWatchId)
                .containsExactly(1L, 0L, 2L);
        WatchResponse refused = stream.next();
        assertThat(refused.getWatchId()).isEqualTo(-1);
        assertThat(refused.getCreated()).isTrue();
        assertThat(refused.getCanceled()).isTrue();
        assertThat(refused.getCancelReason()).isEqualTo("mvcc: duplicate watch ID provided on the WatchStream");
    }

    @Test
    void shouldRefuseARangeThatIsEmpty() throws Exception {
        stream.send(watching(key("b").setRangeEnd(bytes("a"))));
        WatchResponse refused = stream.next();
        assertThat(refused.getCanceled()).isTrue();
        assertThat(refused.getCancelReason()).isEqualTo("mvcc: watcher range is empty");
    }

    @Test
    void shouldTellNothingMoreWhenItIsCanceled() throws Exception {
        stream.send(watching(key(at)));
        stream.send(watching(key(at)));
        stream.next();
        stream.next();
        stream.send(cancel(0));
        stream.send(cancel(77));
        WatchResponse canceled = stream.next();
        assertThat(canceled.getCanceled()).isTrue();
        assertThat(canceled.getWatchId()).isZero();
        client.put(at, "");
        client.put(at, "");
        assertThat(List.of(stream.next(), stream.next()))
                .extracting(WatchResponse::getWatchId)
                .containsExactly(1L, 1L);
    }

    @Test
    void shouldBeCreatedAndCanceledWhenItsStartIsCompacted() throws Exception {
        long first = client.put(at, "1").getHeader().getRevision();
        client.put(at, "2");
        long third = client.put(at, "3").getHeader().getRevision();
        client.compact(third);
        stream.send(watching(key(at).setStartRevision(first)));
        WatchResponse created = stream.next();
        assertThat(created.getCreated()).isTrue();
        assertThat(created.getCanceled()).isFalse();
        WatchResponse canceled = stream.next();
        assertThat(canceled.getCanceled()).isTrue();
        assertThat(canceled.getCompactRevision()).isEqualTo(third);
        assertThat(canceled.getHeader().getRevision()).isZero();
    }

    @Test
    void shouldSayHowFarItIsWhenAsked() throws Exception {
        stream.send(watching(key(at)));
        stream.next();
        long revision = client.put(at + "elsewhere", "").getHeader().getRevision();
        stream.send(progress());
        WatchResponse response = stream.next();
        assertThat(response.getWatchId()).isEqualTo(-1);
        assertThat(response.getEventsCount()).isZero();
        assertThat(response.getHeader().getRevision()).isGreaterThanOrEqualTo(revision);
    }

    @Test
    void shouldSayHowFarItIsByItselfWhenNothingHappens() throws Exception {
        stream.send(watching(key(at).setProgressNotify(true)));
        assertThat(stream.next().getCreated()).isTrue();
        WatchResponse response = stream.next();
        assertThat(response.getWatchId()).isZero();
        assertThat(response.getEventsCount()).isZero();
        assertThat(response.getHeader().getRevision()).isPositive();
    }

    @Test
    void shouldStillSayHowFarItIsByItselfWhenSomethingHappenedElsewhere() throws Exception {
        stream.send(watching(key(at).setProgressNotify(true)));
        assertThat(stream.next().getCreated()).isTrue();
        long elsewhere = client.put(at + "elsewhere", "").getHeader().getRevision();
        WatchResponse response = stream.next();
        while (response.getHeader().getRevision() < elsewhere) {
            response = stream.next();
        }
        assertThat(response.getEventsCount()).isZero();
    }

    @Test
    void shouldServeThousandsOfWatchesOnOneStream() throws Exception {
        int watches = 3_000;
        for (int i = 0; i < watches; i++) {
            stream.send(watching(key(at + i)));
        }
        for (int i = 0; i < watches; i++) {
            assertThat(stream.next().getWatchId()).isEqualTo(i);
        }
        List<Long> told = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            client.put(at + i * 30, "");
            told.add(stream.next().getWatchId());
        }
        assertThat(told)
                .containsExactlyElementsOf(
                        LongStream.range(0, 100).map(i -> i * 30).boxed().toList());
    }

    @Test
    void shouldGoOnWhenTheClientHasNothingMoreToAsk() throws Exception {
        long first = client.put(at, "1").getHeader().getRevision();
        stream.send(watching(key(at).setStartRevision(first)));
        stream.complete();
        assertThat(stream.next().getCreated()).isTrue();
        client.put(at, "2");
        assertThat(events(2)).extracting(event -> event.getKv().getValue()).containsExactly(bytes("1"), bytes("2"));
        stream.cancel();
        assertThat(stream.end().getCode()).isEqualTo(Status.Code.CANCELLED);
    }

    @Test
    void shouldTellASlowClientEverythingInOrderWhenItComesBack() throws Exception {
        Stream<WatchRequest, WatchResponse> slow = Stream.slowWatch(client);
        slow.send(watching(prefix(at)));
        slow.take(1);
        slow.next();
        int writes = 300;
        long last = putAll(writes, 50_000);
        slow.take(writes);
        List<Long> told = new ArrayList<>();
        while (told.size() < writes) {
            slow.next().getEventsList().forEach(event -> told.add(event.getKv().getModRevision()));
        }
        assertThat(told)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(last - writes + 1, last).boxed().toList());
    }

    @Test
    void shouldBeCanceledWhenTheHistoryThatASlowClientNeedsIsCompacted() throws Exception {
        Stream<WatchRequest, WatchResponse> slow = Stream.slowWatch(client);
        slow.send(watching(prefix(at)));
        slow.take(1);
        slow.next();
        long last = putAll(300, 20_000);
        client.compact(last);
        slow.take(1_000);
        WatchResponse response = slow.next();
        int told = 0;
        while (!response.getCanceled()) {
            told += response.getEventsCount();
            response = slow.next();
        }
        assertThat(told).isLessThan(300);
        assertThat(response.getCompactRevision()).isEqualTo(last);
    }

    /** Writes as many keys without waiting for each; the newest revision. */
    private long putAll(int count, int bytes) throws Exception {
        ByteString value = ByteString.copyFrom(new byte[bytes]);
        List<ListenableFuture<PutResponse>> puts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            puts.add(client.kvLater()
                    .put(PutRequest.newBuilder()
                            .setKey(bytes(at + i))
                            .setValue(value)
                            .build()));
        }
        long last = 0;
        for (ListenableFuture<PutResponse> put : puts) {
            last = Math.max(last, put.get().getHeader().getRevision());
        }
        return last;
    }

    private List<Event> events(int count) throws InterruptedException {
        List<Event> events = new ArrayList<>();
        while (events.size() < count) {
            events.addAll(stream.next().getEventsList());
        }
        return events;
    }
}
