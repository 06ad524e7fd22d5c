package dev.incumbent.embedded.etcd.internal.server;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import dev.incumbent.embedded.etcd.internal.store.Caller;
import dev.incumbent.embedded.etcd.internal.store.Change;
import dev.incumbent.embedded.etcd.internal.store.EtcdError;
import dev.incumbent.embedded.etcd.internal.store.EtcdMachine;
import dev.incumbent.embedded.etcd.internal.store.Revision;
import dev.incumbent.embedded.etcd.wire.Event;
import dev.incumbent.embedded.etcd.wire.WatchCreateRequest;
import dev.incumbent.embedded.etcd.wire.WatchResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The watches of one stream. Everything on the node's thread, which thereby is the one order of a stream's responses.
 *
 * <p>A watch is either up to date, and told of each revision by the {@link Hub}; or it lags, since it began in the past or its
 * client is slow, and is fed from the store's history whenever the output has run dry. So a stream holds no more than
 * {@link #MAX_BACKLOG_BYTES} and one response, however slow the client and however many events there are.
 */
final class WatchStream {

    /** From here on, watches lag instead of queueing. */
    static final long MAX_BACKLOG_BYTES = 256 * 1024;

    /** What is read from the history at a time. */
    private static final int BATCH_BYTES = 128 * 1024;

    /** What a client's default limit leaves room for. */
    private static final int FRAGMENT_BYTES = ServerSettings.MAX_REQUEST_BYTES + ServerSettings.OVERHEAD_BYTES;

    private static final long NO_ID = -1;
    private static final ByteString SMALLEST_KEY = ByteString.copyFrom(new byte[1]);

    private final Backend backend;
    private final Hub hub;
    private final StreamOutput<WatchResponse> output;
    private final Map<Long, Watcher> watchers = new HashMap<>();
    private final SubscriptionIndex<Watcher> lagging = new SubscriptionIndex<>();
    private long nextId;
    private boolean closed;
    /** For {@link WatchService}'s writer, which asks to be fed only if there is something to feed. */
    private volatile boolean hungry;

    WatchStream(Backend backend, Hub hub, StreamOutput<WatchResponse> output) {
        this.backend = backend;
        this.hub = hub;
        this.output = output;
    }

    /** Any thread: whether {@link #feed} has something to do. */
    boolean hungry() {
        return hungry;
    }

    void create(EtcdMachine machine, WatchCreateRequest request, Caller caller) {
        if (closed) {
            return;
        }
        KeyRange range =
                new KeyRange(request.getKey().isEmpty() ? SMALLEST_KEY : request.getKey(), request.getRangeEnd());
        Optional<String> refusal = refusal(machine, request, caller, range);
        if (refusal.isPresent()) {
            output.give(WatchResponse.newBuilder()
                    .setHeader(backend.header(machine.revision()))
                    .setWatchId(NO_ID)
                    .setCreated(true)
                    .setCanceled(true)
                    .setCancelReason(refusal.get())
                    .build());
            return;
        }
        long newest = machine.revision();
        long start = request.getStartRevision() == 0 ? newest + 1 : request.getStartRevision();
        Watcher watcher = new Watcher(this, id(request), range, request, start);
        watchers.put(watcher.id(), watcher);
        output.give(WatchResponse.newBuilder()
                .setHeader(backend.header(newest))
                .setWatchId(watcher.id())
                .setCreated(true)
                .build());
        if (start > newest) {
            hub.subscribe(watcher);
        } else {
            lag(watcher);
            output.wake();
        }
    }

    private Optional<String> refusal(EtcdMachine machine, WatchCreateRequest request, Caller caller, KeyRange range) {
        if (request.getStartRevision() < 0) {
            return Optional.of(EtcdError.COMPACTED.text());
        }
        Optional<EtcdError> forbidden = machine.auth().checkRange(caller, range.key(), range.end());
        if (forbidden.isPresent()) {
            return forbidden.map(Failures::goText);
        }
        if (range.isEmpty()) {
            return Optional.of("mvcc: watcher range is empty");
        }
        if (request.getWatchId() != 0 && watchers.containsKey(request.getWatchId())) {
            return Optional.of("mvcc: duplicate watch ID provided on the WatchStream");
        }
        return Optional.empty();
    }

    private long id(WatchCreateRequest request) {
        if (request.getWatchId() != 0) {
            return request.getWatchId();
        }
        while (watchers.containsKey(nextId)) {
            nextId++;
        }
        return nextId++;
    }

    void refuse(EtcdMachine machine, EtcdError error) {
        output.give(WatchResponse.newBuilder()
                .setHeader(backend.header(machine.revision()))
                .setWatchId(NO_ID)
                .setCreated(true)
                .setCanceled(true)
                .setCancelReason(Failures.goText(error))
                .build());
    }

    void cancel(EtcdMachine machine, long id) {
        Watcher watcher = watchers.remove(id);
        if (watcher != null) {
            forget(watcher);
            output.give(WatchResponse.newBuilder()
                    .setHeader(backend.header(machine.revision()))
                    .setWatchId(id)
                    .setCanceled(true)
                    .build());
        }
    }

    /** Tells how far the stream is, if all its watches are up to date; else nothing, as etcd does. */
    void progress(EtcdMachine machine) {
        if (!watchers.isEmpty() && lagging.isEmpty()) {
            output.give(WatchResponse.newBuilder()
                    .setHeader(backend.header(machine.revision()))
                    .setWatchId(NO_ID)
                    .build());
        }
    }

    /** Tells each watch that asked for it, and to which nothing happened since the last time, how far it is. */
    void tick(EtcdMachine machine) {
        for (Watcher watcher : watchers.values()) {
            if (watcher.quiet() && !watcher.lagging()) {
                output.give(WatchResponse.newBuilder()
                        .setHeader(backend.header(machine.revision()))
                        .setWatchId(watcher.id())
                        .build());
            }
        }
    }

    /** One revision, as it happened. */
    void changed(Watcher watcher, long revision, List<Change> changes) {
        if (watcher.next() > revision) {
            return;
        }
        if (output.backlog() > MAX_BACKLOG_BYTES) {
            watcher.next(revision);
            fallBack(watcher);
            return;
        }
        // Not told of revisions that did not concern it: it is up to date with everything before this one.
        watcher.next(revision + 1);
        tell(watcher, revision, watcher.events(changes));
    }

    private void tell(Watcher watcher, long revision, List<Event> events) {
        if (events.isEmpty()) {
            return;
        }
        watcher.active();
        WatchResponse response = WatchResponse.newBuilder()
                .setHeader(backend.header(revision))
                .setWatchId(watcher.id())
                .addAllEvents(events)
                .build();
        if (watcher.fragment()) {
            fragments(response).forEach(output::give);
        } else {
            output.give(response);
        }
    }

    /** Parts of a response that a client with a message limit can take; all but the last say that more is to come. Cut as by etcd. */
    static List<WatchResponse> fragments(WatchResponse response) {
        if (response.getSerializedSize() < FRAGMENT_BYTES || response.getEventsCount() < 2) {
            return List.of(response);
        }
        List<WatchResponse> parts = new ArrayList<>();
        WatchResponse.Builder part = response.toBuilder().clearEvents().setFragment(true);
        int frame = part.build().getSerializedSize();
        int size = frame;
        for (Event event : response.getEventsList()) {
            int more = CodedOutputStream.computeMessageSize(WatchResponse.EVENTS_FIELD_NUMBER, event);
            if (part.getEventsCount() > 0 && size + more >= FRAGMENT_BYTES) {
                parts.add(part.build());
                part.clearEvents();
                size = frame;
            }
            part.addEvents(event);
            size += more;
        }
        parts.add(part.setFragment(false).build());
        return parts;
    }

    /** From being up to date to being fed from the history. */
    void fallBack(Watcher watcher) {
        hub.unsubscribe(watcher);
        lag(watcher);
        output.wake();
    }

    private void lag(Watcher watcher) {
        watcher.lagging(true);
        lagging.add(watcher);
        hungry = true;
    }

    /** Gives watches that lag the next batch of the history; called when the output has run dry. */
    void feed(EtcdMachine machine) {
        if (closed || lagging.isEmpty() || output.backlog() > 0) {
            return;
        }
        cancelCompacted(machine);
        long from = lagging.all().stream().mapToLong(Watcher::next).min().orElse(Long.MAX_VALUE);
        long newest = machine.revision();
        if (from <= newest) {
            from = Math.max(from, machine.compactedRevision());
            List<Revision> batch = from > newest ? List.of() : machine.changes(from, BATCH_BYTES);
            Map<Watcher, List<Event>> events = new LinkedHashMap<>();
            for (Revision revision : batch) {
                collect(revision, events);
            }
            events.forEach((watcher, told) -> tell(watcher, newest, told));
            long reached =
                    batch.isEmpty() ? newest : batch.get(batch.size() - 1).revision();
            lagging.all().forEach(watcher -> watcher.next(reached + 1));
        }
        for (Watcher watcher : lagging.all()) {
            if (watcher.next() > newest) {
                lagging.remove(watcher);
                watcher.lagging(false);
                hub.subscribe(watcher);
            }
        }
        hungry = !lagging.isEmpty();
        output.wake();
    }

    private void collect(Revision revision, Map<Watcher, List<Event>> events) {
        Map<Watcher, List<Change>> matches = new LinkedHashMap<>();
        Hub.collect(lagging, revision, matches);
        matches.forEach((watcher, changes) -> {
            if (watcher.next() <= revision.revision()) {
                events.computeIfAbsent(watcher, first -> new ArrayList<>()).addAll(watcher.events(changes));
            }
        });
    }

    private void cancelCompacted(EtcdMachine machine) {
        for (Watcher watcher : lagging.all()) {
            if (watcher.next() < machine.compactedRevision()) {
                watchers.remove(watcher.id());
                lagging.remove(watcher);
                // etcd gives no revision here.
                output.give(WatchResponse.newBuilder()
                        .setHeader(backend.header(0))
                        .setWatchId(watcher.id())
                        .setCanceled(true)
                        .setCompactRevision(machine.compactedRevision())
                        .build());
            }
        }
    }

    private void forget(Watcher watcher) {
        hub.unsubscribe(watcher);
        lagging.remove(watcher);
        hungry = !lagging.isEmpty();
    }

    void close() {
        closed = true;
        List.copyOf(watchers.values()).forEach(this::forget);
        watchers.clear();
    }
}
