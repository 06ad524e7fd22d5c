package dev.incumbent.election.etcd;

import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.FollowSink;
import dev.incumbent.election.spi.Subscription;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Starts follows, by the means that suit their number. */
final class Follows {

    private static final Logger log = LoggerFactory.getLogger(Follows.class);

    /**
     * From how many follows at once one watch over everything is used. At this number it spares about as many reads at a
     * takeover as it costs notifications where every election has a handful of candidates (docs/adr/0010-etcd-adapter.md).
     */
    static final int MANY = 16;

    private final Ground ground;
    private final Views views;
    private final WatchHub hub;
    private final GenerationKeeper generations;
    private final StandingWatch standing;
    private final EtcdFollowing mode;

    /** Those that have watches of their own although the range would do. */
    private final Set<Follow> single = new LinkedHashSet<>();

    private int open;
    private boolean many;

    /** The user may not watch the range, only keys of it. */
    private boolean rangeRefused;

    Follows(Ground ground, Views views, WatchHub hub, GenerationKeeper generations, EtcdFollowing mode) {
        this.ground = ground;
        this.views = views;
        this.hub = hub;
        this.generations = generations;
        this.standing = new StandingWatch(ground, hub, generations, this::onRangeRefused);
        this.mode = mode;
    }

    Subscription follow(Entry own, Optional<String> predecessor, FollowSink sink) {
        Follow follow = new Follow(ground.cluster().loop(), sink);
        ground.cluster().loop().execute(() -> start(own, predecessor, follow));
        return follow;
    }

    private void start(Entry own, Optional<String> predecessor, Follow follow) {
        Views.Seen seen = views.seen(own);
        if (follow.isOver()) {
            return;
        }
        if (seen == null || !isAhead(predecessor, seen)) {
            follow.broken("the entry was not seen in this place of late");
            return;
        }
        Views.Seen view = predecessor.isPresent() ? seen : new Views.Seen(own.epoch(), null, false, seen.revision());
        open++;
        follow.onEnd(() -> {
            open--;
            single.remove(follow);
            if (follow.hasOwnEnded()) {
                views.forget(own);
            }
        });
        boolean hasChoice = mode == EtcdFollowing.AUTO && !ground.layout().isNative(own.election());
        if (usesRange(own)) {
            standing.follow(own, view, follow);
        } else {
            if (hasChoice) {
                single.add(follow);
            }
            EntryFollower follower = new EntryFollower(ground, views, generations, own, view, follow);
            follow.source(follower);
            follower.start(hub);
        }
    }

    /** Events are told from the view on in which the own entry and this very predecessor stood. */
    private static boolean isAhead(Optional<String> predecessor, Views.Seen seen) {
        return predecessor.isEmpty() || predecessor.get().equals(seen.predecessor());
    }

    private boolean usesRange(Entry own) {
        if (ground.layout().isNative(own.election()) || mode == EtcdFollowing.PREDECESSORS || rangeRefused) {
            return false;
        }
        if (mode == EtcdFollowing.AUTO && !many && open >= MANY) {
            // It goes on from here: to change back and forth would cost more than it spares.
            many = true;
            List.copyOf(single).forEach(follow -> follow.broken("it is followed with all others from now on"));
        }
        return mode == EtcdFollowing.RANGE || many;
    }

    /** For the client's life: whoever grants the range later restarts it. */
    private void onRangeRefused(String reason) {
        if (rangeRefused) {
            return;
        }
        rangeRefused = true;
        log.atLevel(mode == EtcdFollowing.RANGE ? Level.WARN : Level.INFO)
                .log(
                        "etcd refused one watch over {} to {}: {}. From now on each entry is followed with watches of its"
                                + " own, until this client is made anew",
                        ground.layout().elections(),
                        ground.layout().generation(),
                        reason);
    }
}
