package dev.incumbent.election.etcd;

import com.google.protobuf.ByteString;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.Subscription;
import io.etcd.jetcd.api.Event;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One watch over all elections and the generation, for a client that stands in many.
 *
 * <p>It carries the own entry, the one ahead and the generation under one id, so that a whole revision decides without a
 * read: first the generation is told, then the own entries that ended, then the predecessors that did. A reply to a request may come
 * later than events that happened after it; so what was removed of late is remembered, and a follow from a view older than
 * that memory is broken at once, which makes the core look again. It may come earlier than events that happened before it,
 * too: a follower is told of nothing that its view has seen.
 *
 * <p>Touched on the loop only.
 */
final class StandingWatch {

    /** How many of these are remembered: many more than happen during a round trip. */
    private static final int MEMORY = 16_384;

    private final Ground ground;
    private final WatchHub hub;
    private final GenerationKeeper generations;
    private final Consumer<String> onRefused;
    private final ByteString generationKey;
    private final Map<ByteString, Set<Follower>> byOwn = new HashMap<>();
    private final Map<ByteString, Set<Follower>> byPredecessor = new HashMap<>();
    private final Map<ByteString, Long> removedAt = new HashMap<>();

    /** When another hand wrote over a candidate's key, and so took it from its lease. */
    private final Map<ByteString, Long> takenAt = new HashMap<>();

    private final Deque<Past> past = new ArrayDeque<>();
    private @Nullable Subscription watch;
    private long from;

    private record Past(Map<ByteString, Long> kind, ByteString key, long revision) {}

    /**
     * Makes one, which begins to watch with the first follow.
     *
     * @param onRefused told, before the followers' ends, that the user may not watch the range
     */
    StandingWatch(Ground ground, WatchHub hub, GenerationKeeper generations, Consumer<String> onRefused) {
        this.ground = ground;
        this.hub = hub;
        this.generations = generations;
        this.onRefused = onRefused;
        this.generationKey = Layout.key(ground.layout().generation());
    }

    private final class Follower implements Subscription {

        private final Entry own;
        private final ByteString ownKey;
        private final @Nullable ByteString predecessorKey;

        /** A key is used again by who enters again: what happened to it up to here happened to an earlier entry. */
        private final long seenAt;

        private final Follow follow;

        Follower(Entry own, Views.Seen view, Follow follow) {
            this.own = own;
            this.ownKey = Layout.key(own.key());
            String predecessor = view.predecessor();
            this.predecessorKey = predecessor == null ? null : Layout.key(predecessor);
            this.seenAt = view.revision();
            this.follow = follow;
        }

        void register() {
            byOwn.computeIfAbsent(ownKey, key -> new LinkedHashSet<>()).add(this);
            if (predecessorKey != null) {
                byPredecessor
                        .computeIfAbsent(predecessorKey, key -> new LinkedHashSet<>())
                        .add(this);
            }
        }

        private void remove(Map<ByteString, Set<Follower>> index, ByteString key) {
            Set<Follower> there = index.get(key);
            if (there != null && there.remove(this) && there.isEmpty()) {
                index.remove(key);
            }
        }

        @Override
        public void close() {
            remove(byOwn, ownKey);
            forgetPredecessor();
        }

        private void forgetPredecessor() {
            if (predecessorKey != null) {
                remove(byPredecessor, predecessorKey);
            }
        }

        boolean hasSeen(Event event) {
            return event.getKv().getModRevision() <= seenAt;
        }

        boolean isSince(Map<ByteString, Long> kind, @Nullable ByteString key) {
            return key != null && kind.getOrDefault(key, 0L) > seenAt;
        }

        /** Once: who enters under the same key later is somebody else. */
        void predecessorGone() {
            forgetPredecessor();
            follow.predecessorGone();
        }
    }

    void follow(Entry own, Views.Seen view, Follow follow) {
        if (watch == null) {
            start(view.revision() + 1);
        }
        if (view.revision() + 1 < from) {
            // It began, or forgot, later than this place was seen.
            ground.cluster().loop().execute(() -> follow.broken("the place was seen too long ago"));
            return;
        }
        Follower follower = new Follower(own, view, follow);
        follower.register();
        follow.source(follower);
        if (follower.isSince(removedAt, follower.ownKey) || follower.isSince(takenAt, follower.ownKey)) {
            follow.ownGone();
        } else if (follower.isSince(removedAt, follower.predecessorKey)) {
            follower.predecessorGone();
        }
    }

    private void start(long revision) {
        from = revision;
        past.clear();
        removedAt.clear();
        takenAt.clear();
        Layout layout = ground.layout();
        watch = hub.watch(
                layout.elections(), layout.endOfElectionsAndGeneration(), revision, true, new WatchHub.Watcher() {
                    @Override
                    public void events(List<Event> events) {
                        onEvents(events);
                    }

                    @Override
                    public void broken(String reason) {
                        onBroken(reason);
                    }

                    @Override
                    public void refused(String reason) {
                        onRefused.accept(reason);
                        onBroken(reason);
                    }
                });
    }

    private void onBroken(String reason) {
        watch = null;
        List<Follower> told = new ArrayList<>();
        byOwn.values().forEach(told::addAll);
        told.forEach(follower -> follower.follow.broken(reason));
    }

    private void onEvents(List<Event> events) {
        int begin = 0;
        for (int i = 1; i <= events.size(); i++) {
            boolean whole = i == events.size()
                    || events.get(i).getKv().getModRevision()
                            != events.get(begin).getKv().getModRevision();
            if (whole) {
                onRevision(events.subList(begin, i));
                begin = i;
            }
        }
    }

    private void onRevision(List<Event> events) {
        for (Event event : events) {
            boolean put = event.getType() == Event.EventType.PUT;
            if (put && event.getKv().getKey().equals(generationKey)) {
                generations.take(event);
            } else if (!put) {
                remember(removedAt, event);
            } else if (!isUnderItsOwnLease(event)) {
                remember(takenAt, event);
            }
        }
        for (Event event : events) {
            for (Follower follower : of(byOwn, event)) {
                if (!follower.hasSeen(event) && EntryFollower.endsOwn(follower.own, event)) {
                    follower.follow.ownGone();
                }
            }
        }
        for (Event event : events) {
            if (event.getType() == Event.EventType.DELETE) {
                of(byPredecessor, event).stream()
                        .filter(follower -> !follower.hasSeen(event))
                        .forEach(Follower::predecessorGone);
            }
        }
    }

    private static List<Follower> of(Map<ByteString, Set<Follower>> index, Event event) {
        Set<Follower> followers = index.get(event.getKv().getKey());
        return followers == null ? List.of() : List.copyOf(followers);
    }

    private static boolean isUnderItsOwnLease(Event put) {
        return Layout.lastSegment(Layout.name(put.getKv().getKey()))
                .equals(Long.toHexString(put.getKv().getLease()));
    }

    private void remember(Map<ByteString, Long> kind, Event event) {
        Past happened = new Past(kind, event.getKv().getKey(), event.getKv().getModRevision());
        kind.put(happened.key, happened.revision);
        past.add(happened);
        if (past.size() > MEMORY) {
            Past forgotten = past.remove();
            forgotten.kind.remove(forgotten.key, forgotten.revision);
            from = Math.max(from, forgotten.revision + 1);
        }
    }
}
