package dev.incumbent.election.etcd;

import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.FollowSink;
import dev.incumbent.election.spi.Subscription;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Starts follows, by the means that suit their number. */
final class Follows {

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

    Follows(Ground ground, Views views, WatchHub hub, GenerationKeeper generations, EtcdFollowing mode) {
        this.ground = ground;
        this.views = views;
        this.hub = hub;
        this.generations = generations;
        this.standing = new StandingWatch(ground, hub, generations);
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
        if (ground.layout().isNative(own.election()) || mode == EtcdFollowing.PREDECESSORS) {
            return false;
        }
        if (mode == EtcdFollowing.AUTO && !many && open >= MANY) {
            // It goes on from here: to change back and forth would cost more than it spares.
            many = true;
            List.copyOf(single).forEach(follow -> follow.broken("it is followed with all others from now on"));
        }
        return mode == EtcdFollowing.RANGE || many;
    }
}
