package dev.incumbent.election.consul;

import com.ecwid.consul.v1.kv.model.GetValue;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.FollowSink;
import dev.incumbent.election.spi.ObservationSink;
import dev.incumbent.election.spi.Subscription;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Starts follows and observations, by the means that suit their number. */
final class Follows {

    /**
     * From how many at once one poll over everything is used. Each has up to two polls of its own, an agent takes 200 connections
     * from one address as it is shipped, and other clients on the same machine need some, too
     * (docs/adr/0012-consul-adapter.md).
     */
    static final int MANY = 16;

    private final Ground ground;
    private final Views views;
    private final Waits waits;
    private final ConsulFollowing mode;
    private final KeyPolls polls;
    private final TreePoll tree;
    private final Confirmation confirmation;
    private final Set<Follow> open = new LinkedHashSet<>();
    private final Map<Follow, EntryFollower> single = new LinkedHashMap<>();
    private final Set<HeadObserver> observers = new LinkedHashSet<>();
    private boolean many;

    Follows(Ground ground, Views views, Waits waits, GenerationKeeper generations, ConsulFollowing mode) {
        this.ground = ground;
        this.views = views;
        this.waits = waits;
        this.mode = mode;
        this.polls = new KeyPolls(ground, waits);
        this.tree = new TreePoll(ground, waits);
        this.confirmation = new Confirmation(views, generations);
    }

    // ---- follows

    Subscription follow(Entry own, Optional<String> predecessor, FollowSink sink) {
        Follow follow = new Follow(ground.loop(), sink);
        ground.loop().execute(() -> {
            try {
                start(own, predecessor, follow);
            } catch (RuntimeException defect) {
                follow.broken("it could not be followed");
                throw defect;
            }
        });
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
        Views.Seen view =
                predecessor.isPresent() ? seen : new Views.Seen(seen.modifyIndex(), null, false, seen.shared());
        open.add(follow);
        follow.onEnd(() -> {
            open.remove(follow);
            single.remove(follow);
        });
        FollowedEntry followed = new FollowedEntry(own, view, follow);
        String shared = ground.layout().sharedKey(own.election());
        // The shared key lies elsewhere, so that the tree would not do.
        if (usesTree() && shared == null) {
            followInTree(followed);
        } else {
            EntryFollower follower = new EntryFollower(ground.loop(), shared, confirmation, followed);
            follow.source(follower);
            if (shared == null) {
                single.put(follow, follower);
            }
            follower.start(polls);
        }
    }

    private void followInTree(FollowedEntry followed) {
        TreeFollower follower = new TreeFollower(ground.layout(), views, confirmation, followed);
        followed.follow().source(follower);
        follower.start(tree);
    }

    /** Changes are told from the view on in which the own entry and this very predecessor stood. */
    private static boolean isAhead(Optional<String> predecessor, Views.Seen seen) {
        GetValue ahead = seen.ahead();
        return predecessor.isEmpty() || (ahead != null && predecessor.get().equals(ahead.getKey()));
    }

    private boolean usesTree() {
        if (mode == ConsulFollowing.AUTO && !many && open.size() + observers.size() >= MANY) {
            // It goes on from here: to change back and forth would cost more than it spares.
            many = true;
            List.copyOf(single.values()).forEach(follower -> {
                follower.close();
                followInTree(follower.followed());
            });
            single.clear();
            // One that is over leaves the set by that.
            List.copyOf(observers).forEach(observer -> observer.changeTo(tree));
        }
        return mode == ConsulFollowing.TREE || many;
    }

    void breakAll(String reason) {
        polls.forgetAll();
        tree.forget();
        List.copyOf(observers).forEach(observer -> observer.broken(reason));
        List.copyOf(open).forEach(follow -> follow.broken(reason));
    }

    // ---- observations

    Subscription observe(String election, ObservationSink sink) {
        HeadObserver observer = new HeadObserver(ground, views, waits, polls, election, sink);
        ground.loop().execute(() -> {
            observers.add(observer);
            observer.onEnd(() -> observers.remove(observer));
            try {
                start(observer);
            } catch (RuntimeException defect) {
                observer.broken("it could not be observed");
                throw defect;
            }
        });
        return observer;
    }

    private void start(HeadObserver observer) {
        if (usesTree()) {
            observer.changeTo(tree);
        } else {
            observer.start();
        }
    }
}
