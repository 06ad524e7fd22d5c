package dev.incumbent.election.etcd;

import dev.incumbent.election.spi.Subscription;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.WatchCancelRequest;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchGrpc;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.Status;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All watches of a client, on one stream.
 *
 * <p>etcd answers requests for watches in their order. It orders the events of one watch, by revision; between two watches,
 * and within one revision, it promises nothing. A stream that breaks takes all its watches with it, and each is told: none
 * is continued behind its owner's back. A member that stays silent although it was asked for a sign of life counts as
 * broken. Touched on the loop only.
 */
final class WatchHub {

    private static final Logger log = LoggerFactory.getLogger(WatchHub.class);

    private static final long PAUSE_NANOS = 50_000_000L;

    /** Told what a watch sees. Exactly one {@link #broken} ends it, unless it was closed. */
    interface Watcher {

        /**
         * Events of one or more whole revisions, in order of revision.
         *
         * @param events at least one
         */
        void events(List<Event> events);

        /**
         * Nothing more comes.
         *
         * @param reason what was seen
         */
        void broken(String reason);

        /**
         * Nothing came nor will come: the user may not read what was to be watched. Told instead of {@link #broken}.
         *
         * @param reason in etcd's words
         */
        default void refused(String reason) {
            broken(reason);
        }
    }

    private static final Watcher NOBODY = new Watcher() {
        @Override
        public void events(List<Event> events) {}

        @Override
        public void broken(String reason) {}
    };

    private final Cluster cluster;
    private final Map<Long, Watch> active = new HashMap<>();
    private final Deque<Watch> asked = new ArrayDeque<>();
    private @Nullable GrpcStream<WatchRequest, WatchResponse> stream;
    private boolean authorizing;
    private boolean heard;
    private Subscription silence = () -> {};

    WatchHub(Cluster cluster) {
        this.cluster = cluster;
    }

    private final class Watch implements Subscription {

        private final WatchRequest request;
        private final Watcher watcher;
        private @Nullable Long id;
        private boolean sent;
        private boolean over;
        private boolean closed;

        Watch(WatchRequest request, Watcher watcher) {
            this.request = request;
            this.watcher = watcher;
        }

        @Override
        public void close() {
            closed = true;
            if (over) {
                return;
            }
            over = true;
            Long known = id;
            if (known != null && active.remove(known, this)) {
                cancel(known);
            } else if (!sent) {
                asked.remove(this);
            }
        }

        void breakUp(String reason) {
            end(() -> watcher.broken(reason));
        }

        void refuse(String reason) {
            end(() -> watcher.refused(reason));
        }

        /** One that was not made is told late: whoever asks again at once would do so for ever. */
        private void end(Runnable told) {
            if (over) {
                return;
            }
            over = true;
            if (id != null) {
                told.run();
            } else {
                Runnable unlessClosed = () -> {
                    if (!closed) {
                        told.run();
                    }
                };
                cluster.loop().schedule(unlessClosed, PAUSE_NANOS);
            }
        }
    }

    /**
     * Watches a key or a range.
     *
     * @param name the key, or the first of the range
     * @param end the name behind the last of the range, null for one key
     * @param from the first revision of interest; all events from there on are told
     * @param puts whether puts are of interest; deletions always are
     * @param watcher told from after this call on
     * @return ends it
     */
    Subscription watch(String name, @Nullable String end, long from, boolean puts, Watcher watcher) {
        WatchCreateRequest.Builder create =
                WatchCreateRequest.newBuilder().setKey(Layout.key(name)).setStartRevision(from);
        if (end != null) {
            create.setRangeEnd(Layout.key(end));
        }
        if (!puts) {
            create.addFilters(WatchCreateRequest.FilterType.NOPUT);
        }
        Watch watch =
                new Watch(WatchRequest.newBuilder().setCreateRequest(create).build(), watcher);
        if (cluster.isClosed()) {
            cluster.loop().execute(() -> watch.breakUp("the client is closed"));
            return watch;
        }
        asked.add(watch);
        sendAsked();
        return watch;
    }

    private void sendAsked() {
        if (!cluster.tokens().isReady()) {
            authorize();
            return;
        }
        GrpcStream<WatchRequest, WatchResponse> open = stream;
        if (open == null) {
            open = cluster.stream(WatchGrpc.getWatchMethod(), this::onMessage, this::onClosed);
            stream = open;
        }
        for (Watch watch : asked) {
            if (!watch.sent) {
                watch.sent = true;
                open.send(watch.request);
            }
        }
    }

    private void authorize() {
        if (authorizing) {
            return;
        }
        authorizing = true;
        cluster.tokens().renew().thenAccept(status -> {
            authorizing = false;
            if (status.isOk()) {
                sendAsked();
            } else {
                breakAll(EtcdErrors.message(status));
            }
        });
    }

    private void cancel(long id) {
        GrpcStream<WatchRequest, WatchResponse> open = stream;
        if (open != null) {
            open.send(WatchRequest.newBuilder()
                    .setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(id))
                    .build());
        }
    }

    // ---- what the server says

    private void onMessage(WatchResponse message) {
        heard = true;
        if (!cluster.sightings().recognises(message.getHeader())) {
            breakAll("another cluster answers");
        } else if (message.getCreated()) {
            onCreated(message);
        } else if (message.getCanceled()) {
            onCanceled(message, active.remove(message.getWatchId()));
        } else if (message.getEventsCount() > 0) {
            Watch watch = active.get(message.getWatchId());
            if (watch != null) {
                watch.watcher.events(message.getEventsList());
            }
        }
    }

    private void onCreated(WatchResponse message) {
        Watch watch = asked.poll();
        if (watch == null) {
            breakAll("a watch was created that nobody asked for");
        } else if (message.getCanceled()) {
            onCanceled(message, watch);
        } else if (watch.over) {
            cancel(message.getWatchId());
        } else {
            watch.id = message.getWatchId();
            active.put(message.getWatchId(), watch);
        }
    }

    private void onCanceled(WatchResponse message, @Nullable Watch watch) {
        if (watch == null || watch.over) {
            return;
        }
        if (EtcdErrors.isStaleToken(message.getCancelReason())) {
            // The stream keeps the token that it was opened with.
            forgetToken();
            breakUp(watch, message);
            breakAll(message.getCancelReason());
        } else {
            breakUp(watch, message);
        }
    }

    private void forgetToken() {
        GrpcStream<?, ?> open = stream;
        if (open != null) {
            cluster.tokens().forget(open.token());
        }
    }

    private static void breakUp(Watch watch, WatchResponse message) {
        if (EtcdErrors.isNotPermitted(message.getCancelReason())) {
            watch.refuse(message.getCancelReason());
        } else {
            watch.breakUp(
                    message.getCompactRevision() > 0
                            ? "compacted up to revision " + message.getCompactRevision()
                            : "etcd ended the watch: " + message.getCancelReason());
        }
    }

    private void onClosed(Status status) {
        GrpcStream<?, ?> ended = stream;
        if (EtcdErrors.isStaleToken(status)) {
            forgetToken();
        } else if (ended != null) {
            cluster.failed(ended.endpoint());
        }
        breakAll(EtcdErrors.message(status));
    }

    /** Ends the stream and all watches. */
    void breakAll(String reason) {
        silence.close();
        GrpcStream<?, ?> ended = stream;
        stream = null;
        List<Watch> told = new ArrayList<>(active.values());
        told.addAll(asked);
        active.clear();
        asked.clear();
        if (ended != null) {
            ended.close(reason);
            log.debug("The watch stream to {} ended with {} watches: {}", ended.endpoint(), told.size(), reason);
        }
        for (Watch watch : told) {
            try {
                watch.breakUp(reason);
            } catch (RuntimeException defect) {
                log.error("A watch's end could not be handled; the others are told all the same", defect);
            }
        }
    }

    // ---- signs of life

    /**
     * Asks for a sign of life; silence until the time is up breaks the stream.
     *
     * <p>It asks for a watch that tells nothing, and gives it up when it has been made: etcd answers that whatever happens,
     * a refusal included. To a request for progress newer releases say nothing where a watch waits for its first event.
     *
     * @param name a key that may be read
     */
    void probe(String name) {
        GrpcStream<WatchRequest, WatchResponse> open = stream;
        if (open == null || authorizing) {
            // Those that wait for a token are asked for next, and have to stay in the order of their answers.
            return;
        }
        heard = false;
        WatchCreateRequest.Builder nothing = WatchCreateRequest.newBuilder()
                .setKey(Layout.key(name))
                .addFilters(WatchCreateRequest.FilterType.NOPUT)
                .addFilters(WatchCreateRequest.FilterType.NODELETE);
        Watch probe =
                new Watch(WatchRequest.newBuilder().setCreateRequest(nothing).build(), NOBODY);
        probe.sent = true;
        probe.over = true;
        asked.add(probe);
        open.send(probe.request);
        silence.close();
        silence = cluster.loop()
                .schedule(
                        () -> {
                            if (stream == open && !heard) {
                                cluster.silent(open.endpoint());
                                breakAll(open.endpoint() + " is silent");
                            }
                        },
                        cluster.boundNanos());
    }

    /** How many watches there are; for tests. */
    int size() {
        return active.size() + asked.size();
    }
}
