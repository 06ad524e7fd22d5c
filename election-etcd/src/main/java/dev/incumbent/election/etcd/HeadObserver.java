package dev.incumbent.election.etcd;

import com.google.protobuf.ByteString;
import dev.incumbent.election.Generation;
import dev.incumbent.election.spi.ObservationSink;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Subscription;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Observes who stands first: reads the queue once and keeps it up to date from one watch, deciding after whole revisions.
 *
 * <p>A change costs the notification, and one read of the generation where the new head entered after the generation was
 * last read: the watch on the queue says nothing of it. Touched on the loop only, but for {@link #close}.
 */
final class HeadObserver implements Subscription {

    private final Ground ground;
    private final Views views;
    private final WatchHub hub;
    private final String election;
    private final String prefix;
    private final ObservationSink sink;

    /** The queue by age, and the age of each key. */
    private final TreeMap<Long, KeyValue> queue = new TreeMap<>();

    private final Map<ByteString, Long> ages = new HashMap<>();
    private Subscription watch = () -> {};
    private boolean toldAny;
    private @Nullable KeyValue told;
    private boolean reading;

    /** As of when the queue is what it is. */
    private long queueAt;

    private volatile boolean over;

    HeadObserver(Ground ground, Views views, WatchHub hub, String election, ObservationSink sink) {
        this.ground = ground;
        this.views = views;
        this.hub = hub;
        this.election = election;
        this.prefix = ground.layout().prefix(election);
        this.sink = sink;
    }

    void start() {
        TxnRequest txn = TxnRequest.newBuilder()
                .addSuccess(Txns.range(Txns.byAge(prefix)))
                .addSuccess(Txns.read(ground.layout().generation()))
                .build();
        ground.cluster().read(Rpc.TXN, txn).thenAccept(reply -> {
            if (over) {
                return;
            }
            if (reply.isOk()) {
                onRead(reply.get());
            } else {
                broken(EtcdErrors.message(reply.status()));
            }
        });
    }

    private void onRead(TxnResponse response) {
        long revision = response.getHeader().getRevision();
        RangeResponse generation = response.getResponses(1).getResponseRange();
        if (generation.getKvsCount() > 0
                && ground.record(generation, revision) instanceof Outcome.Refused<GenerationRecord> refused) {
            broken(refused.message());
            return;
        }
        queueAt = revision;
        response.getResponses(0).getResponseRange().getKvsList().forEach(this::put);
        watch = hub.watch(prefix, Layout.endOf(prefix), revision + 1, true, new WatchHub.Watcher() {
            @Override
            public void events(List<Event> events) {
                onEvents(events);
            }

            @Override
            public void broken(String reason) {
                HeadObserver.this.broken(reason);
            }
        });
        tell();
    }

    /** A response holds whole revisions; what happened between them quickly may be told as the last. */
    private void onEvents(List<Event> events) {
        for (Event event : events) {
            queueAt = Math.max(queueAt, event.getKv().getModRevision());
            if (event.getType() == Event.EventType.DELETE) {
                Long age = ages.remove(event.getKv().getKey());
                if (age != null) {
                    queue.remove(age, queue.get(age));
                }
            } else {
                put(event.getKv());
            }
        }
        tell();
    }

    private void put(KeyValue entry) {
        Long before = ages.put(entry.getKey(), entry.getCreateRevision());
        if (before != null && before != entry.getCreateRevision()) {
            queue.remove(before);
        }
        queue.put(entry.getCreateRevision(), entry);
    }

    private void tell() {
        KeyValue head = queue.isEmpty() ? null : queue.firstEntry().getValue();
        if (over || reading || (toldAny && isTold(head))) {
            return;
        }
        if (head == null) {
            told(null, Optional.empty());
            return;
        }
        GenerationRecord known = ground.known();
        if (known != null && known.modRevision() > queueAt) {
            // The record came by another watch. Beside an entry that it removed it would name a leader that never was.
            readAgain();
        } else if (known != null && ground.knownAt() >= head.getCreateRevision()) {
            Generation generation = known.generation();
            told(head, Optional.of(views.info(election, head, generation)));
        } else {
            readGeneration();
        }
    }

    private boolean isTold(@Nullable KeyValue head) {
        KeyValue before = told;
        if (head == null || before == null) {
            return head == null && before == null;
        }
        return head.getCreateRevision() == before.getCreateRevision()
                && head.getKey().equals(before.getKey())
                && head.getValue().equals(before.getValue());
    }

    private void readAgain() {
        watch.close();
        queue.clear();
        ages.clear();
        start();
    }

    private void readGeneration() {
        reading = true;
        ground.readOrLay().thenAccept(outcome -> {
            reading = false;
            if (over) {
                return;
            }
            if (outcome instanceof Outcome.Done) {
                tell();
            } else {
                broken("the generation could not be read: " + outcome);
            }
        });
    }

    private void told(@Nullable KeyValue head, Optional<dev.incumbent.election.CandidateInfo> info) {
        toldAny = true;
        told = head;
        sink.head(info);
    }

    private void broken(String reason) {
        if (!over) {
            over = true;
            watch.close();
            sink.broken(reason);
        }
    }

    @Override
    public void close() {
        if (!over) {
            over = true;
            ground.cluster().loop().execute(() -> watch.close());
        }
    }
}
