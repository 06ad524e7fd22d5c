package dev.incumbent.embedded.etcd.differential;

import dev.incumbent.embedded.etcd.wire.Event;
import dev.incumbent.embedded.etcd.wire.WatchCancelRequest;
import dev.incumbent.embedded.etcd.wire.WatchCreateRequest;
import dev.incumbent.embedded.etcd.wire.WatchGrpc;
import dev.incumbent.embedded.etcd.wire.WatchProgressRequest;
import dev.incumbent.embedded.etcd.wire.WatchRequest;
import dev.incumbent.embedded.etcd.wire.WatchResponse;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One watch stream to one server, and all it said, per watch.
 *
 * <p>A control watch of its own runs on the same stream: etcd hands a stream's watches each revision before the next, so its
 * event shows that the others have had everything before. Thread-safe.
 */
final class WatchLog implements AutoCloseable {

    /** How long a server that follows etcd may need for a reply; only failures wait as long. */
    static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final long CONTROL_ID = 777_777;

    private final Normaliser normaliser;
    private final StreamObserver<WatchRequest> requests;
    private final Object lock = new Object();
    private final Map<Long, List<String>> entries = new TreeMap<>();
    private final Map<Long, Long> lastRevision = new TreeMap<>();
    private final Set<Long> active = new HashSet<>();
    private int created;
    private int canceled;
    private int progressed;
    private long controlRevision;
    private @Nullable Status end;

    WatchLog(Channel channel, Normaliser normaliser, WatchCreateRequest control) {
        this.normaliser = normaliser;
        this.requests = WatchGrpc.newStub(channel).watch(new Receiver());
        create(control.toBuilder().setWatchId(CONTROL_ID).build());
    }

    /** Asks for a watch and waits for the answer. */
    void create(WatchCreateRequest request) {
        int before = count(() -> created);
        send(WatchRequest.newBuilder().setCreateRequest(request).build());
        await(() -> created > before);
    }

    /** Asks for a watch's end; waits for it if there is such a watch. */
    void cancel(long watchId) {
        boolean known;
        int before;
        synchronized (lock) {
            known = active.contains(watchId);
            before = canceled;
        }
        send(WatchRequest.newBuilder()
                .setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(watchId))
                .build());
        if (known) {
            await(() -> canceled > before);
        }
    }

    /** Asks for progress; the answer may be silence. */
    void progress(Duration patience) {
        int before = count(() -> progressed);
        send(WatchRequest.newBuilder()
                .setProgressRequest(WatchProgressRequest.getDefaultInstance())
                .build());
        await(() -> progressed > before, patience);
    }

    /** Waits until the control watch has been told of this revision. */
    void awaitControl(long revision) {
        await(() -> controlRevision >= revision);
    }

    /** Everything since the start, in one line for each entry. */
    String text() {
        synchronized (lock) {
            StringBuilder text = new StringBuilder();
            entries.forEach((id, log) -> log.forEach(entry ->
                    text.append("watch ").append(id).append(": ").append(entry).append('\n')));
            if (end != null) {
                text.append("stream ended: ").append(end.getCode()).append(' ').append(end.getDescription());
            }
            return text.toString();
        }
    }

    private void send(WatchRequest request) {
        try {
            requests.onNext(request);
        } catch (IllegalStateException ended) {
            // The end is in the log already.
        }
    }

    private int count(java.util.function.IntSupplier counter) {
        synchronized (lock) {
            return counter.getAsInt();
        }
    }

    private boolean await(BooleanSupplier condition) {
        return await(condition, PATIENCE);
    }

    private boolean await(BooleanSupplier condition, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        synchronized (lock) {
            try {
                while (!condition.getAsBoolean() && end == null) {
                    long left = deadline - System.nanoTime();
                    if (left <= 0) {
                        return false;
                    }
                    TimeUnit.NANOSECONDS.timedWait(lock, Math.max(left, 1_000_000));
                }
                return end == null;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Interrupted while waiting for a watch", e);
            }
        }
    }

    private void receive(WatchResponse response) {
        long id = response.getWatchId();
        if (id == CONTROL_ID) {
            for (Event event : response.getEventsList()) {
                controlRevision = Math.max(controlRevision, event.getKv().getModRevision());
            }
            created += response.getCreated() ? 1 : 0;
            return;
        }
        List<String> log = entries.computeIfAbsent(id, unseen -> new ArrayList<>());
        if (response.getCreated()) {
            created++;
            active.add(id);
        }
        if (response.getCanceled()) {
            canceled++;
            active.remove(id);
        }
        boolean progress = response.getEventsCount() == 0 && !response.getCreated() && !response.getCanceled();
        if (progress) {
            progressed++;
        }
        if (response.getEventsCount() == 0) {
            log.add(normaliser.text(response).replace("\n", " "));
        } else {
            receiveEvents(id, response, log);
        }
    }

    private void receiveEvents(long id, WatchResponse response, List<String> log) {
        long before = lastRevision.getOrDefault(id, 0L);
        long first = response.getEvents(0).getKv().getModRevision();
        long last = response.getEvents(response.getEventsCount() - 1).getKv().getModRevision();
        if (first <= before) {
            log.add("A revision was split, repeated, or came late");
        }
        if (response.getHeader().getRevision() < last) {
            log.add("The header's revision is older than an event");
        }
        lastRevision.put(id, last);
        response.getEventsList().forEach(event -> log.add(normaliser.text(event)));
    }

    @Override
    public void close() {
        try {
            requests.onCompleted();
        } catch (IllegalStateException ended) {
            // Nothing left to close.
        }
    }

    private final class Receiver implements StreamObserver<WatchResponse> {
        @Override
        public void onNext(WatchResponse response) {
            synchronized (lock) {
                receive(response);
                lock.notifyAll();
            }
        }

        @Override
        public void onError(Throwable failure) {
            end(Status.fromThrowable(failure));
        }

        @Override
        public void onCompleted() {
            end(Status.OK);
        }

        private void end(Status status) {
            synchronized (lock) {
                end = status;
                lock.notifyAll();
            }
        }
    }
}
