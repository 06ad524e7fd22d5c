package dev.incumbent.election.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.CandidateInfo;
import dev.incumbent.election.Generation;
import dev.incumbent.election.spi.ObservationSink;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.ResponseOp;
import io.etcd.jetcd.api.TxnResponse;
import io.etcd.jetcd.api.WatchResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An observer's watch beside another, which tells of the generation earlier or later. */
final class HeadObserverTest {

    private static final UUID AUTHORITY = new UUID(1, 1);

    private final ScriptedServer server = new ScriptedServer();
    private final Ground ground = new Ground(server.cluster(), new Layout("/root", Map.of()));
    private final WatchHub hub = new WatchHub(server.cluster());
    private final List<String> heard = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        server.close();
    }

    private void observe() {
        HeadObserver observer = new HeadObserver(ground, new Views(ground), hub, "e", new ObservationSink() {
            @Override
            public void head(Optional<CandidateInfo> head) {
                heard.add(head.map(first ->
                                first.token().generation() + "/" + first.token().epoch() + " " + first.payloadText())
                        .orElse("nobody"));
            }

            @Override
            public void broken(String reason) {
                heard.add("broken");
            }
        });
        server.onLoop(observer::start);
    }

    private static ResponseHeader header(long revision) {
        return ResponseHeader.newBuilder().setClusterId(1).setRevision(revision).build();
    }

    private static KeyValue entry(long created, long modified, String payload) {
        return KeyValue.newBuilder()
                .setKey(Layout.key("/root/elections/e/a"))
                .setValue(com.google.protobuf.ByteString.copyFromUtf8("a\n" + payload))
                .setLease(0xa)
                .setCreateRevision(created)
                .setModRevision(modified)
                .build();
    }

    private KeyValue record(long number, long modified) {
        return KeyValue.newBuilder()
                .setKey(Layout.key(ground.layout().generation()))
                .setValue(GenerationRecord.format(new Generation(AUTHORITY, number)))
                .setModRevision(modified)
                .build();
    }

    private void answer(long revision, List<KeyValue> queue, KeyValue record) {
        server.answer(
                "Txn",
                TxnResponse.newBuilder()
                        .setHeader(header(revision))
                        .setSucceeded(true)
                        .addResponses(ResponseOp.newBuilder()
                                .setResponseRange(RangeResponse.newBuilder().addAllKvs(queue)))
                        .addResponses(ResponseOp.newBuilder()
                                .setResponseRange(RangeResponse.newBuilder().addKvs(record)))
                        .build());
    }

    /** Raised at 200, which removes the entry; the entry's payload was changed at 199, and that is told later. */
    @Test
    void shouldNotNameALeaderUnderAGenerationThatRemovedIt() {
        observe();
        answer(100, List.of(entry(20, 20, "one")), record(4, 5));
        assertThat(heard).containsExactly("4/20 one");

        server.onLoop(() -> ground.note(GenerationRecord.of(record(9, 200)).orElseThrow(), 200));
        server.tell(WatchResponse.newBuilder()
                .setHeader(header(199))
                .setWatchId(0)
                .setCreated(true)
                .build());
        server.tell(WatchResponse.newBuilder()
                .setHeader(header(199))
                .setWatchId(0)
                .addEvents(Event.newBuilder().setKv(entry(20, 199, "two")))
                .build());

        assertThat(heard).as("a leader that never was").containsExactly("4/20 one");
        assertThat(server.calls("Txn")).as("it looks again").hasSize(2);
        answer(200, List.of(), record(9, 200));
        assertThat(heard).containsExactly("4/20 one", "nobody");
    }
}
